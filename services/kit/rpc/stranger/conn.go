package stranger

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// The first freeBytes of a connection are not counted. Above that, room is taken in pieces of
// countedBytes.
const freeBytes, countedBytes = 64 << 10, 1 << 20

// Conn is one connection of such a client. It counts received bytes until they are
// used. While the client has no room left, Read blocks, and so nothing more is received.
type Conn struct {
	net.Conn
	all     *Clients
	counted *conns.Conn // nil if connections are not counted
	client  fair.Client
	calls   atomic.Int64
	// came is the number of bytes received for calls in progress. granted is the number
	// that may be received. Both are atomic because every read compares them.
	came, granted atomic.Int64

	// mu guards leases, and makes them and granted change together. Nobody waits for room under
	// it: the calls that give room back need it.
	mu     sync.Mutex
	leases []*fair.Lease
}

// Meet starts to count a connection. raw is the connection below TLS.
func (s *Clients) Meet(secured, raw net.Conn) *Conn {
	c := &Conn{Conn: secured, all: s}
	c.granted.Store(freeBytes)
	c.counted, _ = raw.(*conns.Conn)
	if at, err := netip.ParseAddrPort(raw.RemoteAddr().String()); err == nil {
		c.client.Tenant = fair.Address(at.Addr())
	}
	return c
}

// Read implements net.Conn. Bytes that arrive while no call is in progress are not kept by
// gRPC, so they are not counted.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.calls.Load() > 0 && c.came.Add(int64(n)) > c.granted.Load() {
		err = c.grow()
	}
	return n, err //nolint:wrapcheck // adapter
}

// grow takes room for the bytes that have arrived. Its error ends the connection.
func (c *Conn) grow() error {
	// The room is for all calls of the connection, so the wait belongs to none of them.
	ctx, cancel := context.WithTimeout(context.Background(), giveUpAfter())
	defer cancel()
	lease, err := c.all.bytes.Acquire(ctx, countedBytes, c.client)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leases = append(c.leases, lease)
	c.granted.Add(countedBytes)
	c.shrinkLocked() // the connection or its calls may have ended during the wait
	return nil
}

// giveUpAfter returns how long a connection waits for room. Connections of one address may
// each hold a part of it and wait for the rest. A random time makes them give up one after
// the other, so that the room of the first lets the others finish.
func giveUpAfter() time.Duration { return roomWithin/2 + rand.N(roomWithin/2) } //nolint:gosec // a delay, not a secret

// used frees the room of n bytes that are no longer held.
func (c *Conn) used(n int64) {
	if left := c.came.Add(-n); left < 0 {
		c.came.CompareAndSwap(left, 0)
	}
	c.shrink()
}

func (c *Conn) shrink() {
	if c.granted.Load() == freeBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shrinkLocked()
}

// shrinkLocked releases leases that are no longer needed. c.mu is held.
func (c *Conn) shrinkLocked() {
	for len(c.leases) > 0 && c.came.Load() <= c.granted.Load()-countedBytes {
		c.leases[len(c.leases)-1].Release()
		c.leases = c.leases[:len(c.leases)-1]
		c.granted.Add(-countedBytes)
	}
}

// Close implements net.Conn.
func (c *Conn) Close() error {
	c.came.Store(0)
	c.shrink()
	return c.Conn.Close() //nolint:wrapcheck // a connection in between
}

// callBegan and callEnded track whether the connection has a call in progress.
func (c *Conn) callBegan() {
	if c.calls.Add(1) == 1 && c.counted != nil {
		c.counted.SetBusy(true)
	}
}

func (c *Conn) callEnded() {
	if c.calls.Add(-1) > 0 {
		return
	}
	c.came.Store(0) // broken calls leave bytes that nobody accounts for
	c.shrink()
	if c.counted != nil {
		c.counted.SetBusy(false)
	}
}
