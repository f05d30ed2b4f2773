package meter_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// empty is a ledger without runs, so the benchmark measures the counters only.
type empty struct{}

func (empty) Totals(context.Context, meter.Subject, time.Time, time.Time) (meter.Totals, error) {
	return meter.Totals{}, nil
}

func (empty) States(context.Context, []string) (map[string]bool, error) { return nil, nil }

// Reserves, confirms and releases one run on one hot key, compared with two INCR.
func BenchmarkHotKey(b *testing.B) {
	client, err := redisx.Open(context.Background(), testkit.Redis(b), "bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Close() })
	ctx := context.Background()
	b.Run("two-incr", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := twice(ctx, client); err != nil {
					b.Error(err)
				}
			}
		})
	})
	b.Run("reserve-finish", func(b *testing.B) {
		m := meter.New(client, empty{}, time.Now)
		scopes := []meter.Scope{{
			Subject: meter.Subject{Kind: meter.Key, Key: "workspaces/acme/keys/main"}, Limited: true, Limit: meter.Count{Runs: 1 << 40}, Period: vaultv1.Period_PERIOD_DAY,
		}}
		var n atomic.Int64
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := runOnce(ctx, m, fmt.Sprintf("r%d", n.Add(1)), scopes); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func twice(ctx context.Context, c redis.Cmdable) error {
	for range 2 {
		if err := c.Incr(ctx, "hot").Err(); err != nil {
			return err
		}
	}
	return nil
}

func runOnce(ctx context.Context, m *meter.Meter, run string, scopes []meter.Scope) error {
	one := meter.Run{ID: run, Start: time.Now()}
	held, err := m.Reserve(ctx, one, scopes)
	if err != nil {
		return err
	}
	if err := held.Confirm(ctx); err != nil {
		return err
	}
	_, err = m.Release(ctx, one, scopes, nil)
	return err
}
