package stranger

import (
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

const (
	// maxCalls bounds the calls of all these clients together.
	maxCalls = 16384
	// roomWithin is the longest time that a connection waits for room.
	roomWithin = 5 * time.Second
)

// Clients are the clients of a server that are not services.
type Clients struct {
	calls, bytes *fair.Pool
}

// New bounds the calls of one address, and the bytes of messages of all addresses together. One
// address gets at most half of the bytes.
func New(callsOfOne, bytes int64) *Clients {
	return &Clients{
		calls: fair.New(fair.Limits{What: "calls", Capacity: maxCalls, Each: callsOfOne, WholeTenant: true}),
		bytes: fair.New(fair.Limits{What: "bytes of messages", Capacity: bytes, WaitTimeout: roomWithin, Waiting: 256, WholeTenant: true}),
	}
}
