package meter_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/period"
	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

func TestPeriodsEndInUTC(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 31, 23, 30, 0, 0, time.FixedZone("west", -5*3600)) // the 1st in UTC
	for p, want := range map[vaultv1.Period]time.Time{
		vaultv1.Period_PERIOD_DAY:         time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC),
		vaultv1.Period_PERIOD_MONTH:       time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC),
		vaultv1.Period_PERIOD_UNSPECIFIED: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC),
		vaultv1.Period_PERIOD_LIFETIME:    {},
	} {
		if got := period.End(p, at); !got.Equal(want) {
			t.Errorf("%v ends at %v, want %v", p, got, want)
		}
	}
}

// When a scope refuses, the scopes before it are given back and the scopes after it are not
// counted. The remainder shows what was not taken.
func TestARefusalLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	testkit.Redises(t, func(t *testing.T, url string) {
		client, err := embedded.Open(context.Background(), url, "meter")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		ctx := context.Background()
		m := meter.New(client, empty{}, time.Now)
		key := meter.Scope{Subject: meter.Subject{Kind: meter.Key, Key: "k"}, Limited: true, Limit: meter.Count{Runs: 10}, Period: vaultv1.Period_PERIOD_MONTH}
		share := meter.Scope{Subject: meter.Subject{Kind: meter.Share, Share: "s"}, Limited: true, Limit: meter.Count{Runs: 2}, Period: vaultv1.Period_PERIOD_DAY}
		visitor := meter.Scope{Subject: meter.Subject{Kind: meter.Visitor, Share: "s", Caller: "v"}, Limited: true, Limit: meter.Count{Runs: 5}, Period: vaultv1.Period_PERIOD_DAY}
		scopes := []meter.Scope{key, share, visitor}
		for i := range 4 {
			held, err := m.Reserve(ctx, meter.Run{ID: fmt.Sprintf("r%d", i), Start: time.Now()}, scopes)
			if i < 2 {
				if err != nil {
					t.Fatal(err)
				}
				if err := held.Confirm(ctx); err != nil {
					t.Fatal(err)
				}
				continue
			}
			refusal, ok := errors.AsType[*meter.Exhausted](err)
			if !ok || refusal.Scope.Kind != meter.Share {
				t.Fatalf("run %d: %v, want the share's refusal", i, err)
			}
		}
		left, err := m.Left(ctx, scopes)
		if err != nil {
			t.Fatal(err)
		}
		if left[0].Runs != 8 || left[1].Runs != 0 || left[2].Runs != 3 {
			t.Errorf("left %+v, want 8, 0 and 3", left)
		}
		for _, run := range []string{"r0", "r1", "r1", "never"} {
			left, err := m.Release(ctx, meter.Run{ID: run}, scopes, scopes[1:])
			if err != nil {
				t.Fatal(err)
			}
			if len(left) != 2 || left[0].Runs != 0 || left[1].Runs != 3 {
				t.Errorf("released %s, left %+v, want 0 and 3", run, left)
			}
		}
	})
}
