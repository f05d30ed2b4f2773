package throttle

import (
	"crypto/sha256"
	"slices"
	"time"
)

// ofClient limits the wrong secrets from one address.
var ofClient = limit{burst: maxSeen, every: 3 * time.Second}

const maxSeen = 20

// client is one address with its remaining tries. Repeating the same wrong secret costs no try,
// also while the first one is still being looked up. Such a client does not know yet that its
// key was revoked, and must not lock out others of its address.
type client struct {
	bucket
	seen [maxSeen]digest // the last secrets that cost a try or were revoked, in a ring
	next int
}

func (c *client) presented(hash digest) bool { return slices.Contains(c.seen[:], hash) }

func (c *client) note(hash digest) {
	c.seen[c.next] = hash
	c.next = (c.next + 1) % len(c.seen)
}

func (c *client) forget(hash digest) {
	if i := slices.Index(c.seen[:], hash); i >= 0 {
		c.seen[i] = digest{}
	}
}

// digest stands for a secret in memory.
type digest = [sha256.Size]byte
