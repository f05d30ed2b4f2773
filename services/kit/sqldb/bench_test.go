package sqldb_test

import (
	"context"
	"database/sql"
	"sync/atomic"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// Durable writes per second from 64 callers: one transaction for each, or shared ones.
func BenchmarkWrite(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run(engine+"/tx", func(b *testing.B) {
			db := open(b, url(b))
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					ctx := context.Background()
					if err := db.Tx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, id.New("i")) }); err != nil {
						b.Error(err)
					}
				}
			})
		})
		b.Run(engine+"/group", func(b *testing.B) {
			db := open(b, url(b))
			b.SetParallelism(32)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					err := db.Group(context.Background(), func(ctx context.Context, tx *sql.Tx) error { return insert(ctx, tx, id.New("i")) })
					if err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": testkit.SQLite, "postgres": testkit.Postgres} {
		b.Run(engine, func(b *testing.B) {
			db := open(b, url(b))
			ctx := context.Background()
			if err := db.Tx(ctx, func(tx *sql.Tx) error { return insert(ctx, tx, "a") }); err != nil {
				b.Fatal(err)
			}
			var failed atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				var n int
				for pb.Next() {
					if db.QueryRowContext(ctx, "SELECT n FROM item WHERE id = $1", "a").Scan(&n) != nil {
						failed.Add(1)
					}
				}
			})
			if failed.Load() > 0 {
				b.Error("reads failed")
			}
		})
	}
}
