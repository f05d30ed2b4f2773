package throttle_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
)

// lock accepts one key, unless it is broken.
type lock struct {
	asked  atomic.Int32
	key    atomic.Pointer[string]
	broken atomic.Bool
}

func newLock(key string) *lock {
	l := &lock{}
	l.key.Store(&key)
	return l
}

func (l *lock) try(_ context.Context, key secret.Secret) (caller.Principal, error) {
	l.asked.Add(1)
	switch {
	case l.broken.Load():
		return caller.Principal{}, errs.Unavailable("the vault is away")
	case string(key.Expose()) != *l.key.Load():
		return caller.Principal{}, errs.Unauthenticated("no such key")
	}
	return caller.Principal{Kind: caller.Member}, nil
}

// keys are limited before a lookup.
type keys struct {
	*throttle.Throttle
	lookup func(context.Context, secret.Secret) (caller.Principal, error)
}

func throttled(lookup func(context.Context, secret.Secret) (caller.Principal, error)) *keys {
	return &keys{throttle.Keys(), lookup}
}

func (k *keys) present(ctx context.Context, from string, key secret.Secret) (caller.Principal, error) {
	return throttle.Try(ctx, k.Throttle, from, key, k.lookup)
}

var guessed atomic.Int64

// tries presents new keys, and counts those that were checked and found wrong.
func tries(t *testing.T, g *keys, from string, n int) (wrong int) {
	t.Helper()
	for range n {
		_, err := g.present(t.Context(), from, secret.FromString(fmt.Sprint("kh_wrong", guessed.Add(1))))
		switch e := errs.From(err); e.Code() {
		case codes.Unauthenticated:
			wrong++
		case codes.ResourceExhausted:
			if e.Reason() != errorsv1.Reason_REASON_RATE_LIMITED || e.Delay() <= 0 || e.Delay() > 3*time.Second {
				t.Fatalf("%v: %v, after %v", e, e.Reason(), e.Delay())
			}
		default:
			t.Fatal(err)
		}
	}
	return wrong
}

func TestGuessesAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLock("kh_right")
		g := throttled(l.try)
		present := func(from, key string) error {
			_, err := g.present(t.Context(), from, secret.FromString(key))
			return err
		}
		if err := present("10.0.0.1", "kh_right"); err != nil {
			t.Fatal(err)
		}
		if got := tries(t, g, "10.0.0.1", 100); got != 20 {
			t.Errorf("%d of 100 wrong keys were looked at, want 20", got)
		}
		if got := l.asked.Load(); got != 21 {
			t.Errorf("the vault was asked %d times", got)
		}
		// A client with a valid key keeps working. Other addresses and this process are not
		// delayed.
		for range 100 {
			if err := present("10.0.0.1", "kh_right"); err != nil {
				t.Fatal(err)
			}
		}
		if got := tries(t, g, "10.0.0.2", 1) + tries(t, g, "", 100); got != 101 {
			t.Errorf("%d of 101 tries from elsewhere were looked at", got)
		}
		time.Sleep(6*time.Second + time.Millisecond)
		if got := tries(t, g, "10.0.0.1", 5); got != 2 {
			t.Errorf("%d tries after 6 s, want 2", got)
		}
		// Once revoked, it counts as a wrong key.
		other := "kh_other"
		l.key.Store(&other)
		if err := present("10.0.0.1", "kh_right"); errs.CodeOf(err) != codes.Unauthenticated {
			t.Errorf("a revoked key: %v", err)
		}
		for range 100 { // a client that does not know that the key is revoked
			if err := present("10.0.0.1", "kh_right"); errs.CodeOf(err) != codes.Unauthenticated {
				t.Fatalf("a revoked key, again: %v", err)
			}
		}
		time.Sleep(time.Hour)
		if got := tries(t, g, "10.0.0.1", 100); got != 20 {
			t.Errorf("%d tries after an hour, want 20", got)
		}
	})
}

// Only wrong keys count as tries: a valid new key and an unavailable vault do not.
func TestOnlyWrongKeysCount(t *testing.T) {
	t.Parallel()
	l := newLock("")
	g := throttled(l.try)
	for i := range 100 {
		key := fmt.Sprint("kh_", i)
		l.key.Store(&key)
		if _, err := g.present(t.Context(), "10.0.0.1", secret.FromString(key)); err != nil {
			t.Fatal(err)
		}
	}
	l.broken.Store(true)
	for range 100 {
		if _, err := g.present(t.Context(), "10.0.0.1", secret.FromString("kh_new")); errs.CodeOf(err) != codes.Unavailable {
			t.Fatal(err)
		}
	}
}

// A client that keeps presenting a wrong key does not lock out others at its address.
func TestTheSameWrongKeyIsOneGuess(t *testing.T) {
	t.Parallel()
	l := newLock("kh_right")
	g := throttled(l.try)
	for range 100 {
		if _, err := g.present(t.Context(), "10.0.0.1", secret.FromString("kh_wrong")); errs.CodeOf(err) != codes.Unauthenticated {
			t.Fatal(err)
		}
	}
	if _, err := g.present(t.Context(), "10.0.0.1", secret.FromString("kh_right")); err != nil {
		t.Errorf("a right key, new at this address: %v", err)
	}
}

// Concurrent tries count as many as sequential ones.
func TestGuessesAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		var asked atomic.Int32
		g := throttled(func(context.Context, secret.Secret) (caller.Principal, error) {
			asked.Add(1)
			<-let
			return caller.Principal{}, errs.Unauthenticated("no such key")
		})
		var all sync.WaitGroup
		for i := range 100 {
			all.Go(func() {
				_, err := g.present(t.Context(), "10.0.0.1", secret.FromString(fmt.Sprint("kh_", i)))
				if err == nil || errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if got := asked.Load(); got != 20 {
			t.Errorf("%d got through at the same time, want 20", got)
		}
		close(let)
		all.Wait()
	})
}

// The same wrong key costs one try, also when it comes many times at the same time.
func TestTheSameWrongKeyAtTheSameTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		let := make(chan struct{})
		g := throttled(func(context.Context, secret.Secret) (caller.Principal, error) {
			<-let
			return caller.Principal{}, errs.Unauthenticated("no such key")
		})
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				_, err := g.present(t.Context(), "10.0.0.1", secret.FromString("kh_wrong"))
				if errs.CodeOf(err) != codes.Unauthenticated {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(let)
		all.Wait()
		if got := tries(t, g, "10.0.0.1", 100); got != 19 {
			t.Errorf("%d other keys were looked at, want 19", got)
		}
	})
}

// However many addresses try, the memory for them is bounded.
func TestManyAddressesGuess(t *testing.T) {
	t.Parallel()
	g := throttled(newLock("kh_right").try)
	for i := range 25_000 {
		_, err := g.present(t.Context(), fmt.Sprint("address ", i), secret.FromString(fmt.Sprintf("%08d", i))) // each another key
		if errs.CodeOf(err) != codes.Unauthenticated {
			t.Fatalf("the first try of address %d was not looked at", i)
		}
	}
	if n := g.Addresses(); n > 10_000 {
		t.Errorf("%d addresses are kept", n)
	}
}

// Many addresses together get few tries at one key, and its holder does not wait for their end.
func TestManyAddressesShareTheirTriesAtOneKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLock("kh_abcdef-right")
		g := throttled(l.try)
		present := func(from, key string) error {
			_, err := g.present(t.Context(), from, secret.FromString(key))
			return err
		}
		if err := present("192.0.2.1", "kh_abcdef-right"); err != nil {
			t.Fatal(err)
		}
		wrong := 0
		for address := range 100 {
			for range 20 {
				err := present(fmt.Sprint("10.0.0.", address), fmt.Sprint("kh_abcdef-", guessed.Add(1)))
				if errs.CodeOf(err) == codes.Unauthenticated {
					wrong++
				} else if e := errs.From(err); e.Reason() != errorsv1.Reason_REASON_RATE_LIMITED || e.Delay() <= 0 {
					t.Fatal(err)
				}
			}
		}
		if wrong < 150 || wrong > 200 {
			t.Errorf("%d of 2000 wrong keys were looked at, want at most 200", wrong)
		}
		// The holder keeps working, and is let in from a new address within seconds, where nobody knows the key yet.
		if err := present("10.0.0.1", "kh_abcdef-right"); err != nil {
			t.Errorf("a key that was valid here: %v", err)
		}
		other := "kh_abcdef-replaced"
		l.key.Store(&other)
		time.Sleep(2 * time.Second)
		if err := present("192.0.2.2", other); err != nil {
			t.Errorf("a new key with the same beginning, from an address without wrong keys: %v", err)
		}
		if err := present("10.0.0.200", "kh_zzzzzz-wrong"); errs.CodeOf(err) != codes.Unauthenticated {
			t.Errorf("another key: %v", err)
		}
		time.Sleep(time.Hour)
		if err := present("10.0.0.7", fmt.Sprint("kh_abcdef-", guessed.Add(1))); errs.CodeOf(err) != codes.Unauthenticated {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// A provider may begin all its codes alike. Wrong codes from many addresses lock out nobody who
// signs in with another code.
func TestCodesWithTheSameBeginningShareNoLimit(t *testing.T) {
	t.Parallel()
	l := newLock("4/0AfJohX-right")
	provider := throttle.Codes()
	present := func(from, code string) error {
		_, err := throttle.Try(t.Context(), provider, from, secret.FromString(code), l.try)
		return err
	}
	for address := range 500 {
		if err := present(fmt.Sprint("10.0.0.", address), fmt.Sprint("4/0AfJohX-", address)); errs.CodeOf(err) != codes.Unauthenticated {
			t.Fatalf("wrong code %d: %v", address, err)
		}
	}
	if err := present("192.0.2.1", "4/0AfJohX-right"); err != nil {
		t.Errorf("a valid code after wrong ones from many addresses: %v", err)
	}
	limited := 0
	for address := range 500 { // one wrong code, which costs a lookup each time
		if errs.ReasonOf(present(fmt.Sprint("10.0.1.", address), "4/0AfJohX-copied")) == errorsv1.Reason_REASON_RATE_LIMITED {
			limited++
		}
	}
	if limited < 250 {
		t.Errorf("one code was looked up for %d of 500 addresses", 500-limited)
	}
}
