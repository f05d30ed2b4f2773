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

// How many connections stay open while nobody uses them, and for how long.
const (
	maxIdle     = 256
	maxIdleEach = 32 // of one destination
	idleLife    = 60 * time.Second
)

// pool keeps connections for reuse. It exists because http.Transport, used as a
// RoundTripper, sends a request again when a connection fails under it, and the vault
// has one intent for one request. Here a request gets one connection, and nothing in
// this package can move it to another: a [http.ClientConn] does not know any other.
//
// A connection that is found closed before it is handed out is replaced. Afterwards
// every failure is final.
type pool struct {
	dialler *http.Transport // only makes connections; its own pool stays empty

	mu    sync.Mutex
	ready map[Destination][]*line // lines that may take another request; newest last
	idle  *list.List              // lines without a request, the last used in front
}

// line is one connection: for one request at a time, or over HTTP/2 for several.
type line struct {
	conn *http.ClientConn
	to   Destination
	// All below is guarded by pool.mu.
	users  int
	listed bool          // in pool.ready
	parked *list.Element // in pool.idle
	expiry *time.Timer
}

// newPool takes no proxy from the environment, unpacks nothing and follows nothing.
func newPool(c Config, rules *Rules) *pool {
	d := &dialer{rules: rules, resolver: c.Resolver, timeout: c.DialTimeout}
	return &pool{
		dialler: &http.Transport{
			Proxy:                  nil,
			DialContext:            d.dial,
			TLSClientConfig:        &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    c.DialTimeout,
			DisableCompression:     true,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: maxHeaderBytes,
		},
		ready: make(map[Destination][]*line),
		idle:  list.New(),
	}
}

// take returns a connection with a place for one request, which the caller uses once
// and then gives back. Connections are reused only for the same scheme, name and port.
func (p *pool) take(ctx context.Context, to Destination) (*line, error) {
	if l := p.reuse(to); l != nil {
		return l, nil
	}
	conn, err := p.dialler.NewClientConn(ctx, to.Scheme, to.address())
	if err != nil {
		return nil, err
	}
	if err := conn.Reserve(); err != nil {
		_ = conn.Close() // it is of no use
		return nil, err
	}
	l := &line{conn: conn, to: to, users: 1}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.list(l)
	return l, nil
}

// reuse finds an open connection and reserves a place on it. What cannot take another
// request leaves the list: for good, or until a request on it ends.
func (p *pool) reuse(to Destination) *line {
	p.mu.Lock()
	var dead []*line
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

// give returns a connection after a request has ended, well or not.
func (p *pool) give(l *line) {
	p.mu.Lock()
	var surplus []*line
	defer func() { p.mu.Unlock(); closeAll(surplus) }()
	l.users--
	p.list(l)
	switch {
	case l.users > 0:
	case l.listed:
		surplus = p.park(l)
	default: // closed, or broken off in the middle
		surplus = []*line{l}
	}
}

// park keeps an idle line for a while, and returns the one that has to go for it.
func (p *pool) park(l *line) (surplus []*line) {
	l.parked = p.idle.PushFront(l)
	l.expiry = time.AfterFunc(idleLife, func() { p.expire(l) })
	switch {
	case p.idleOf(l.to) > maxIdleEach:
	case p.idle.Len() > maxIdle:
		l = p.idle.Back().Value.(*line)
	default:
		return nil
	}
	p.unlist(l)
	p.unpark(l)
	return []*line{l}
}

func (p *pool) idleOf(to Destination) int {
	n := 0
	for _, l := range p.ready[to] { // maxIdleEach, and those over HTTP/2 that are in use
		if l.parked != nil {
			n++
		}
	}
	return n
}

func (p *pool) expire(l *line) {
	p.mu.Lock()
	unused := l.parked != nil
	if unused {
		p.unlist(l)
		p.unpark(l)
	}
	p.mu.Unlock()
	if unused {
		closeAll([]*line{l})
	}
}

// list offers a line to other requests if it has a place for them.
func (p *pool) list(l *line) {
	switch {
	case l.conn.Available() == 0:
		p.unlist(l)
	case !l.listed:
		l.listed = true
		p.ready[l.to] = append(p.ready[l.to], l)
	}
}

func (p *pool) unlist(l *line) {
	if !l.listed {
		return
	}
	l.listed = false
	rest := slices.DeleteFunc(p.ready[l.to], func(o *line) bool { return o == l })
	if p.ready[l.to] = rest; len(rest) == 0 {
		delete(p.ready, l.to)
	}
}

func (p *pool) unpark(l *line) {
	if l.parked == nil {
		return
	}
	p.idle.Remove(l.parked)
	l.parked = nil
	l.expiry.Stop()
}

// close closes the connections that are idle.
func (p *pool) close() {
	p.mu.Lock()
	var all []*line
	for p.idle.Len() > 0 {
		l := p.idle.Back().Value.(*line)
		p.unlist(l)
		p.unpark(l)
		all = append(all, l)
	}
	p.mu.Unlock()
	closeAll(all)
}

// lent is the body of an answer; closing it gives the connection back.
type lent struct {
	io.ReadCloser
	giveBack func()
}

// Close implements io.Closer.
func (b *lent) Close() error {
	defer b.giveBack()
	return b.ReadCloser.Close()
}

// closeAll is not called under the lock, because TLS says goodbye.
func closeAll(lines []*line) {
	for _, l := range lines {
		_ = l.conn.Close() // nobody uses it, and nobody waits for it
	}
}
