package engine

import (
	"sync/atomic"

	"github.com/google/uuid"
)

// counter is atomic because concurrent steps add to it.
type counter struct{ n atomic.Int64 }

func (c *counter) add(n int) int { return int(c.n.Add(int64(n))) }

func newID() string { return uuid.NewString() }
