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
	busy    atomic.Bool
	place   *list.Element // guarded by of.mu; nil where it is not counted
}

// SetBusy says whether the connection has a request in hand. It takes no lock.
func (c *Conn) SetBusy(busy bool) { c.busy.Store(busy) }

// Address is whom the connection counts for: "" for nobody.
func (c *Conn) Address() string { return c.address }

// Forget takes the connection out of the count: it has proved to be a service's.
func (c *Conn) Forget() {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	c.of.drop(c)
}

// Close implements net.Conn.
func (c *Conn) Close() error {
	c.Forget()
	return c.Conn.Close() //nolint:wrapcheck // a connection in between
}
