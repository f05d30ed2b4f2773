package egress

import (
	"container/list"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Limits of idle connections.
const (
	maxIdle     = 256 // of all destinations together
	maxIdleEach = 32  // of one destination
	idleLife    = 60 * time.Second
)

// pool keeps connections for reuse. It exists because http.Transport sends a request again when a connection fails,
// and the vault has one intent for one request. Here a request gets one connection, and nothing can move it to
// another, because an [http.ClientConn] is one connection.
//
// A connection that is closed before a request gets it is replaced. After that, any failure is final.
type pool struct {
	dialer *http.Transport // only opens connections; its own pool stays empty

	// mu guards the fields below and those of all connections. Nothing is dialled or closed under it.
	mu    sync.Mutex
	ready map[Destination][]*connection // connections that may take another request; newest last
	idle  *list.List                    // connections without a request; most recently used first
}

// connection is one connection: for one request at a time, or over HTTP/2 for several.
type connection struct {
	conn *http.ClientConn
	to   Destination
	// pool.mu guards the fields below.
	users  int
	listed bool          // in pool.ready
	parked *list.Element // in pool.idle
	expiry *time.Timer
}

// newPool makes a pool. Its connections use no proxy of the environment, because a proxy would connect to
// addresses that nothing here checks. They decompress nothing, because the guard bounds decompression.
func newPool(c Config, rules *Rules) *pool {
	d := &Dialer{rules: rules, resolver: c.Resolver, timeout: c.DialTimeout}
	return &pool{
		dialer: &http.Transport{
			Proxy:                  nil,
			DialContext:            d.Dial,
			TLSClientConfig:        &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    c.DialTimeout,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeaderBytes,
		},
		ready: make(map[Destination][]*connection),
		idle:  list.New(),
	}
}

// acquire returns a connection for one request. The caller releases it. Connections are reused only for the same
// scheme, name and port.
func (p *pool) acquire(ctx context.Context, to Destination) (*connection, error) {
	if l := p.reuse(to); l != nil {
		return l, nil
	}
	conn, err := p.dialer.NewClientConn(ctx, to.Scheme, to.Address())
	if err != nil {
		return nil, err
	}
	if err := conn.Reserve(); err != nil {
		_ = conn.Close() // it failed before its first request
		return nil, err
	}
	l := &connection{conn: conn, to: to, users: 1}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list(l)
	return l, nil
}

// reuse reserves a place on an open connection, or returns nil. A connection that cannot take another request leaves the
// list: forever if it is closed, or until one of its requests ends.
func (p *pool) reuse(to Destination) *connection {
	p.mu.Lock()
	var dead []*connection
	defer func() { p.mu.Unlock(); closeAll(dead) }()
	for len(p.ready[to]) > 0 {
		l := p.ready[to][len(p.ready[to])-1]
		p.unpark(l)
		if l.conn.Err() == nil && l.conn.Reserve() == nil {
			l.users++
			p.list(l)
			return l
		}
		p.unlist(l)
		if l.users == 0 {
			dead = append(dead, l)
		}
	}
	return nil
}

// release ends the use of a connection by one request, also after a failure.
func (p *pool) release(l *connection) {
	p.mu.Lock()
	var surplus []*connection
	defer func() { p.mu.Unlock(); closeAll(surplus) }()
	l.users--
	p.list(l)
	switch {
	case l.users > 0:
	case l.listed:
		surplus = p.park(l)
	default: // it is closed or has failed
		surplus = []*connection{l}
	}
}

// park keeps an idle connection, and returns the one that a limit evicts for it, if any. The caller closes that.
func (p *pool) park(l *connection) (surplus []*connection) {
	l.parked = p.idle.PushFront(l)
	l.expiry = time.AfterFunc(idleLife, func() { p.expire(l) })
	switch {
	case p.idleOf(l.to) > maxIdleEach:
	case p.idle.Len() > maxIdle:
		l = p.idle.Back().Value.(*connection)
	default:
		return nil
	}
	p.unlist(l)
	p.unpark(l)
	return []*connection{l}
}

func (p *pool) idleOf(to Destination) int {
	n := 0
	for _, l := range p.ready[to] { // at most maxIdleEach, and HTTP/2 connections in use
		if l.parked != nil {
			n++
		}
	}
	return n
}

func (p *pool) expire(l *connection) {
	p.mu.Lock()
	unused := l.parked != nil
	if unused {
		p.unlist(l)
		p.unpark(l)
	}
	p.mu.Unlock()
	if unused {
		closeAll([]*connection{l})
	}
}

// list offers a connection to other requests if it can take one.
func (p *pool) list(l *connection) {
	switch {
	case l.conn.Available() == 0:
		p.unlist(l)
	case !l.listed:
		l.listed = true
		p.ready[l.to] = append(p.ready[l.to], l)
	}
}

func (p *pool) unlist(l *connection) {
	if !l.listed {
		return
	}
	l.listed = false
	rest := slices.DeleteFunc(p.ready[l.to], func(o *connection) bool { return o == l })
	if p.ready[l.to] = rest; len(rest) == 0 {
		delete(p.ready, l.to)
	}
}

func (p *pool) unpark(l *connection) {
	if l.parked == nil {
		return
	}
	p.idle.Remove(l.parked)
	l.parked = nil
	l.expiry.Stop()
}

// close closes idle connections.
func (p *pool) close() {
	p.mu.Lock()
	var all []*connection
	for p.idle.Len() > 0 {
		l := p.idle.Back().Value.(*connection)
		p.unlist(l)
		p.unpark(l)
		all = append(all, l)
	}
	p.mu.Unlock()
	closeAll(all)
}

// leasedBody is the body of an answer. Close releases the connection.
type leasedBody struct {
	io.ReadCloser
	release func()
}

// Close implements io.Closer.
func (b *leasedBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}

// closeAll closes connections. Do not call it under the lock: closing TLS writes to the network.
func closeAll(connections []*connection) {
	for _, l := range connections {
		_ = l.conn.Close() // no request uses it, so a failure affects nothing
	}
}
