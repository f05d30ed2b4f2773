package throttle

import (
	"maps"
	"time"
)

// maxEntries bounds the clients, and the targets. Beyond it, those with all tries are dropped, or
// else all. A guesser gains no more from that than from using another address.
const maxEntries = 10_000

// limit is a burst of tries, and one more per interval.
type limit struct {
	burst float64
	every time.Duration
}

// bucket has the tries that are left at a point in time.
type bucket struct {
	limit
	left float64
	at   time.Time
}

func (l limit) full(now time.Time) bucket { return bucket{limit: l, left: l.burst, at: now} }

func (b *bucket) leftAt(now time.Time) float64 {
	return min(b.burst, b.left+now.Sub(b.at).Seconds()/b.every.Seconds())
}

func (b *bucket) refill(now time.Time) { b.left, b.at = b.leftAt(now), now }

func (b *bucket) giveBack() { b.left = min(b.burst, b.left+1) }

// wait returns the time until a number of tries is left.
func (b *bucket) wait(needed float64) time.Duration {
	return time.Duration((needed - b.left) * float64(b.every))
}

func (b *bucket) isFull(now time.Time) bool { return b.leftAt(now) >= b.burst }

// entry returns an entry of a map, and makes it if there is none.
func entry[E interface{ isFull(now time.Time) bool }](all map[string]E, name string, now time.Time, fresh func() E) E {
	if e, ok := all[name]; ok {
		return e
	}
	if len(all) >= maxEntries {
		maps.DeleteFunc(all, func(_ string, e E) bool { return e.isFull(now) })
		if len(all) >= maxEntries {
			clear(all)
		}
	}
	e := fresh()
	all[name] = e
	return e
}
