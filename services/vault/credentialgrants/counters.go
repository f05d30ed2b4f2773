package credentialgrants

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/recent"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
)

// rebuilt is added to a counter that has been filled from the attempts. A counter with a lower value is new, or Redis
// has lost it.
const rebuilt = int64(1) << 40

const (
	rebuildTime = 5 * time.Second // for the caller who rebuilds
	rebuildPoll = 10 * time.Millisecond
	markLife    = 3 * time.Second
	counterLife = 40 * 24 * time.Hour // longer than the longest bounded period
)

// counters count the uses of handles and the calls under credential grants, over all replicas. Redis may lose them.
// The use of a handle is also a row that cannot be written twice, and the calls of a grant are counted again from
// those rows. Calls that are between their count and their row at the moment of the loss are not counted: at most as
// many as are in flight.
type counters struct {
	redis *redisx.Client
	// known is the last known count of each quota, for early refusals.
	known *recent.Cache[int64]
}

// Quota is the number of calls that a grant allows in its current period.
type Quota struct {
	share  string
	calls  int64
	start  time.Time
	period vaultv1.Period
	used   func(context.Context) (int64, error) // from the attempts
}

func (c *counters) quotaKey(q Quota) string {
	return c.redis.Key(q.share, "calls", strconv.FormatInt(q.start.Unix(), 10))
}

// spend marks an attempt as used, and takes one call of a quota if there is one. It returns whether the attempt was
// unused, and whether a call was left. The call counts only if both are true.
//
// The mark expires after markLife: it only keeps concurrent uses away from the database. The row of the attempt makes
// a second use impossible.
func (c *counters) spend(ctx context.Context, attempt []string, q *Quota) (unused, left bool, err error) {
	pipe := c.redis.Pipeline()
	set := pipe.SetArgs(ctx, c.redis.Key(attempt[0], attempt[1:]...), 1, redis.SetArgs{Mode: "NX", TTL: markLife})
	var count *redis.IntCmd
	if q != nil {
		count = pipe.Incr(ctx, c.quotaKey(*q))
	}
	_, _ = pipe.Exec(ctx) // each command has its own error
	if err := set.Err(); err != nil && !errors.Is(err, redis.Nil) {
		err = redisx.Error(fmt.Errorf("use handle: %w", err))
		if q != nil && count.Err() == nil { // in a cluster, one of the two commands may fail alone
			err = errors.Join(err, c.giveBack(ctx, *q))
		}
		return false, false, err
	}
	unused = set.Err() == nil
	if q == nil {
		return unused, true, nil
	}
	if count.Err() != nil {
		return false, false, redisx.Error(fmt.Errorf("count call: %w", count.Err()))
	}
	n, err := c.countRebuilt(ctx, *q, count.Val())
	if err != nil {
		return unused, false, err
	}
	left = n-rebuilt <= q.calls
	c.known.Put(c.quotaKey(*q), min(n-rebuilt, q.calls))
	if !unused || !left {
		return unused, left, c.giveBack(ctx, *q)
	}
	return true, true, nil
}

// giveBack undoes one count.
func (c *counters) giveBack(ctx context.Context, q Quota) error {
	if err := c.redis.Decr(ctx, c.quotaKey(q)).Err(); err != nil {
		return redisx.Error(fmt.Errorf("give call back: %w", err))
	}
	c.known.Drop(c.quotaKey(q))
	return nil
}

// countRebuilt turns a count of an incomplete counter into one of a complete counter. The caller that gets 1 fills the
// counter from the attempts, which overwrites the counts of others. They wait until it is complete and count again.
func (c *counters) countRebuilt(ctx context.Context, q Quota, n int64) (int64, error) {
	giveUp := time.NewTimer(rebuildTime + time.Second)
	defer giveUp.Stop()
	for n <= rebuilt {
		if n == 1 {
			return c.rebuild(ctx, q)
		}
		if err := c.await(ctx, q, giveUp.C); err != nil {
			return 0, err
		}
		var err error
		if n, err = c.redis.Incr(ctx, c.quotaKey(q)).Result(); err != nil {
			return 0, redisx.Error(fmt.Errorf("count call: %w", err))
		}
	}
	return n, nil
}

// await returns when the counter is complete, or deleted.
func (c *counters) await(ctx context.Context, q Quota, giveUp <-chan time.Time) error {
	tick := time.NewTicker(rebuildPoll)
	defer tick.Stop()
	for {
		v, err := c.redis.Get(ctx, c.quotaKey(q)).Int64()
		if errors.Is(err, redis.Nil) || v > rebuilt {
			return nil
		}
		if err != nil {
			return redisx.Error(fmt.Errorf("wait for call counter: %w", err))
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-giveUp:
			// The caller that should fill the counter has died. After the deletion the next caller fills it.
			_ = c.redis.Del(ctx, c.quotaKey(q)).Err()
			return uncounted()
		case <-tick.C:
		}
	}
}

func uncounted() error {
	return errs.Unavailable("calls cannot be counted now; try again")
}

// rebuild fills a counter from the attempts, and takes one call.
func (c *counters) rebuild(ctx context.Context, q Quota) (int64, error) {
	key := c.quotaKey(q)
	within, cancel := context.WithTimeout(ctx, rebuildTime)
	defer cancel()
	used, err := q.used(within)
	if err == nil {
		err = redisx.Error(c.redis.Set(within, key, rebuilt+used+1, counterLife).Err())
	}
	if err != nil {
		// The next caller tries. It would wait for this one if the key stayed, so it goes even if
		// the caller has left.
		_ = c.redis.Del(context.WithoutCancel(ctx), key).Err()
		return 0, fmt.Errorf("rebuild call counter: %w", err)
	}
	return rebuilt + used + 1, nil
}

// about is a count that may be recent.MaxAge old.
func (c *counters) about(ctx context.Context, q Quota) (int64, error) {
	return c.known.Get(ctx, c.quotaKey(q), func(ctx context.Context) (int64, error) { return c.used(ctx, q) })
}

// used reads how many calls of a quota are used.
func (c *counters) used(ctx context.Context, q Quota) (int64, error) {
	n, err := c.redis.Get(ctx, c.quotaKey(q)).Int64()
	switch {
	case err == nil && n > rebuilt:
		return n - rebuilt, nil
	case err != nil && !errors.Is(err, redis.Nil):
		return 0, redisx.Error(fmt.Errorf("read call counter: %w", err))
	}
	return q.used(ctx)
}
