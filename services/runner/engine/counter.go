package engine

import (
	"sync/atomic"

	"github.com/google/uuid"
)

// counter is added to by steps that run side by side.
type counter struct{ n atomic.Int64 }

func (c *counter) add(n int) int { return int(c.n.Add(int64(n))) }

func newID() string { return uuid.NewString() }
