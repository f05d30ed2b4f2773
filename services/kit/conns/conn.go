package conns

import (
	"container/list"
	"net"
	"sync/atomic"
)

// Conn is a connection that is counted until it is closed.
type Conn struct {
	net.Conn
	of      *Listener
	address string
	busy    atomic.Bool   // not under of.mu: it changes with every request
	place   *list.Element // guarded by of.mu; nil if not counted
}

// SetBusy records whether the connection has a request in progress. It takes no lock.
func (c *Conn) SetBusy(busy bool) { c.busy.Store(busy) }

// Address returns the address that the connection counts for, or "" if it is not counted.
func (c *Conn) Address() string { return c.address }

// Forget stops counting the connection, because it belongs to a service.
func (c *Conn) Forget() {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	c.of.drop(c)
}

// Close implements net.Conn.
func (c *Conn) Close() error {
	c.Forget()
	return c.Conn.Close() //nolint:wrapcheck // adapter
}
