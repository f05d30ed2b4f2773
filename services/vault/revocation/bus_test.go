package revocation_test

import (
	"context"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/redisx/embedded"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// Cached rows are dropped first, then running calls end, then the other replicas get the
// message: a caller whose call ends retries, and must not find the old row here or there.
func TestCachesAreDroppedBeforeCallsEndBeforeOthersAreTold(t *testing.T) {
	t.Parallel()
	redis, err := embedded.Open(t.Context(), "embedded:", "vault")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = redis.Close() })
	for verb, wantCause := range map[revocation.Verb]error{
		revocation.Changed: nil, revocation.Ended: revocation.Revoked(), revocation.Stopped: revocation.Paused(),
	} {
		t.Run(string(verb), func(t *testing.T) {
			running := revocation.NewRunning()
			here, there := revocation.NewBus(redis, testkit.Silence(), running), revocation.NewBus(redis, testkit.Silence(), revocation.NewRunning())
			const subject = "key workspaces/demo/keys/a"
			call, done := running.Add(t.Context(), func(context.Context) error { return nil }, subject)
			defer done()
			var order []string
			for _, cache := range []string{"first", "second"} {
				here.Subscribe(func(v revocation.Verb, s string) {
					if v == verb && s == subject && call.Err() == nil {
						order = append(order, cache)
					}
				})
			}
			told := make(chan bool, 64)
			there.Subscribe(func(v revocation.Verb, s string) {
				if v == verb && s == subject {
					told <- verb == revocation.Changed || call.Err() != nil
				}
			})
			listening, stop := context.WithCancel(t.Context())
			stopped := make(chan error, 1)
			go func() { stopped <- there.Listen(listening) }()
			here.Announce(t.Context(), verb, subject)
			if len(order) != 2 {
				t.Errorf("of the caches, %v were dropped before the call ended", order)
			}
			if got := revocation.Cause(call); (got == nil) != (wantCause == nil) || got != nil && got.Error() != wantCause.Error() {
				t.Errorf("the call ended with %v, want %v", got, wantCause)
			}
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for heard := false; !heard; {
				select {
				case inOrder := <-told:
					if heard = true; !inOrder {
						t.Error("the others got the message before the call ended here")
					}
				case <-tick.C: // it may not have subscribed yet
					here.Announce(t.Context(), verb, subject)
				}
			}
			stop()
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		})
	}
}
