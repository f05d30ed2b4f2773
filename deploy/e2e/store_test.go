package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

// searchStores searches databases, Redis and files.
func (in *installation) searchStores(t testing.TB, ix index) {
	t.Helper()
	for name, url := range in.databases {
		dump, err := dumpPostgres(context.Background(), url)
		if err != nil {
			t.Errorf("dump the database of %s: %v", name, err)
		}
		report(t, "the database of "+name, ix.find(dump))
	}
	for name, url := range in.redis {
		dump, err := dumpRedis(context.Background(), url)
		if err != nil {
			t.Errorf("dump the Redis of %s: %v", name, err)
		}
		report(t, "the Redis of "+name, ix.find(dump))
	}
	report(t, "a file of the data folder", ix.find(in.files(t)))
}

// files returns all files except those that store a key for their owner.
func (in *installation) files(t testing.TB) []byte {
	t.Helper()
	var all bytes.Buffer
	err := filepath.WalkDir(in.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || slices.Contains([]string{"operator.key", "demo.link"}, d.Name()) {
			return err
		}
		raw, err := os.ReadFile(path)
		all.Write(raw)
		return err
	})
	if err != nil {
		t.Errorf("read the data folder: %v", err)
	}
	return all.Bytes()
}

// dumpPostgres reads every column of every table, binary ones unchanged.
func dumpPostgres(ctx context.Context, url string) ([]byte, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, _ := conn.Query(ctx, "SELECT schemaname || '.' || quote_ident(tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')")
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	for _, table := range tables {
		rows, err := conn.Query(ctx, "SELECT * FROM "+table)
		if err != nil {
			return nil, err
		}
		for rows.Next() {
			values, err := rows.Values()
			if err != nil {
				return nil, err
			}
			for _, v := range values {
				dumpValue(&all, v)
			}
		}
		if rows.Err() != nil {
			return nil, rows.Err()
		}
	}
	return all.Bytes(), nil
}

func dumpValue(to *bytes.Buffer, v any) {
	if raw, ok := v.([]byte); ok {
		to.Write(raw)
	} else {
		fmt.Fprint(to, v)
	}
	to.WriteByte('\n')
}

// dumpRedis reads every key by its type, because DUMP would compress.
func dumpRedis(ctx context.Context, url string) ([]byte, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, err
	}
	c := redis.NewClient(o)
	defer func() { _ = c.Close() }()
	var all bytes.Buffer
	keys := c.Scan(ctx, 0, "", 1000).Iterator()
	for keys.Next(ctx) {
		key := keys.Val()
		dumpValue(&all, key)
		var v any
		switch kind := c.Type(ctx, key).Val(); kind {
		case "string":
			v = []byte(c.Get(ctx, key).Val())
		case "hash":
			v = c.HGetAll(ctx, key).Val()
		case "list":
			v = c.LRange(ctx, key, 0, -1).Val()
		case "set":
			v = c.SMembers(ctx, key).Val()
		case "zset":
			v = c.ZRangeWithScores(ctx, key, 0, -1).Val()
		case "stream":
			v = c.XRange(ctx, key, "-", "+").Val()
		case "none": // expired meanwhile
		default:
			return nil, fmt.Errorf("a %s in Redis: teach this test to read it", kind)
		}
		dumpValue(&all, v)
	}
	return all.Bytes(), keys.Err()
}
