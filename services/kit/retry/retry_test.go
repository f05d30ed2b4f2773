package retry_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

var (
	errAway  = errors.New("away")
	errWrong = errors.New("wrong")
	policy   = retry.Policy{First: time.Second, Factor: 3, Max: 5 * time.Second, Attempts: 5}
)

func isAway(err error) bool { return errors.Is(err, errAway) }

// callsOf makes calls that fail with the given errors in turn, and returns the time of
// each.
func callsOf(ctx context.Context, p retry.Policy, fails ...error) (at []time.Duration, err error) {
	start := time.Now()
	err = retry.Do(ctx, p, isAway, func() error {
		at = append(at, time.Since(start))
		if len(at) > len(fails) {
			return nil
		}
		return fails[len(at)-1]
	})
	return at, err
}

func TestDoRepeatsWithLongerPauses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails []error
		at    []time.Duration
		err   error
	}{
		"success":         {nil, []time.Duration{0}, nil},
		"success at last": {[]error{errAway, errAway, errAway}, []time.Duration{0, 1e9, 4e9, 9e9}, nil},
		"not retryable":   {[]error{errAway, errWrong}, []time.Duration{0, 1e9}, errWrong},
		"too many attempts": {
			[]error{errAway, errAway, errAway, errAway, errAway}, []time.Duration{0, 1e9, 4e9, 9e9, 14e9}, errAway,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				at, err := callsOf(t.Context(), policy, c.fails...)
				if !slices.Equal(at, c.at) || !errors.Is(err, c.err) {
					t.Errorf("calls at %v, %v", at, err)
				}
			})
		})
	}
}

func TestDoEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		at, err := callsOf(ctx, retry.Policy{First: time.Second, Factor: 2, Max: time.Hour}, errAway, errAway, errAway)
		if len(at) != 2 || !errors.Is(err, errAway) {
			t.Errorf("calls at %v, %v; want the error of the last call", at, err)
		}
	})
}
