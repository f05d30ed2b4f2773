package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// postgresDefaults are set on each connection unless the URL sets them. They bound the
// locks of a stuck client.
var postgresDefaults = map[string]string{
	"application_name":                    "keyhole",
	"statement_timeout":                   "30s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "60s",
}

// sharedLockTimeout is the lock timeout of transactions that callers share. Two batches that
// lock the same rows in different order would block each other until PostgreSQL detects
// the deadlock after 1 s. A write that waits longer than this timeout runs alone afterwards.
const sharedLockTimeout = "100ms"

func openPostgres(ctx context.Context, url string, migrations fs.FS, opts Options) (*pools, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil { // the driver's text may quote the URL and its password
		return nil, errors.New("the PostgreSQL URL cannot be parsed")
	}
	for k, v := range postgresDefaults {
		if _, given := cfg.RuntimeParams[k]; !given {
			cfg.RuntimeParams[k] = v
		}
	}
	cfg.Tracer = otelpgx.NewTracer(otelpgx.WithDisableSQLStatementInAttributes(), otelpgx.WithDisableConnectionDetailsInAttributes())
	shared := cfg.Copy()
	shared.RuntimeParams["lock_timeout"] = sharedLockTimeout
	pool, batches := stdlib.OpenDB(*cfg), stdlib.OpenDB(*shared)
	n := opts.MaxConns
	if n <= 0 {
		n = 16
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	batches.SetMaxOpenConns(1) // the group has one writer
	all := &pools{engine: Postgres, write: pool, read: pool, batches: batches}
	if err := preparePostgres(ctx, cfg, migrations, opts); err != nil {
		return nil, errors.Join(err, all.close())
	}
	return all, nil
}

// preparePostgres waits for the server and migrates the schema, on connections without the default timeout of a
// statement: a migration may read every row of a large table.
func preparePostgres(ctx context.Context, cfg *pgx.ConnConfig, migrations fs.FS, opts Options) (err error) {
	patient := cfg.Copy()
	if patient.RuntimeParams["statement_timeout"] == postgresDefaults["statement_timeout"] {
		patient.RuntimeParams["statement_timeout"] = "0"
	}
	pool := stdlib.OpenDB(*patient)
	defer func() { err = errors.Join(err, pool.Close()) }()
	schema := cfg.RuntimeParams["search_path"]
	if err := waitForPostgres(ctx, pool, opts.ConnectTimeout); err != nil {
		return err
	}
	if migrations == nil {
		return nil
	}
	if schema != "" && !strings.ContainsAny(schema, `,"`) {
		// Several services may share one database, each with its own schema.
		if _, err := pool.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+pgx.Identifier{schema}.Sanitize()); err != nil && !IsUniqueViolation(err) {
			return fmt.Errorf("make schema: %w", Error(err))
		}
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("make migration lock: %w", err)
	}
	return migrate(ctx, goose.DialectPostgres, pool, migrations, goose.WithSessionLocker(locker))
}

// waitForPostgres lets services and their database start in any order.
func waitForPostgres(ctx context.Context, pool *sql.DB, limit time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		err := pool.PingContext(bounded)
		if err == nil {
			return nil
		}
		select {
		case <-bounded.Done():
			if ctx.Err() == nil { // our own limit ended the wait
				err = unusable(err)
			}
			return fmt.Errorf("connect to PostgreSQL: %w", err)
		case <-tick.C:
		}
	}
}
