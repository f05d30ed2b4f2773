// Package conns bounds the open connections of a listener, so that no address can
// take them from the others.
//
// One address has a limited number, and so have all together. Where the number is
// reached, a connection that has no request in hand is closed for the new one, the
// oldest first: connections that send nothing, or a header a byte at a time, cost
// nobody else a connection. If all are busy the new one is closed.
package conns

import (
	"container/list"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"syscall"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Limits of a listener. The zero value is usable.
type Limits struct {
	// Each is how many connections one address has; 0 means 1024. An address is an
	// IPv4 address or an IPv6 /64.
	Each int
	// Total is how many all have; 0 means 16384, or half of the files that the
	// process may open.
	Total int
	// Proxies are networks that many clients stand behind. Each and Total do not
	// bound them: the proxy has its own limits.
	Proxies []netip.Prefix
}

const (
	defaultEach  = 1024
	defaultTotal = 16384
)

// Listener counts the connections that it accepts.
type Listener struct {
	net.Listener
	limits Limits

	mu    sync.Mutex
	total int
	by    map[string]*list.List // of *Conn, by address; the oldest first
}

// Limit bounds what a listener accepts.
func Limit(lis net.Listener, limits Limits) *Listener {
	if limits.Each == 0 {
		limits.Each = defaultEach
	}
	if limits.Total == 0 {
		limits.Total = min(defaultTotal, files()/2)
	}
	return &Listener{Listener: lis, limits: limits, by: map[string]*list.List{}}
}

// files is how many files the process may open.
func files() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 2*defaultTotal {
		return 2 * defaultTotal
	}
	return int(limit.Cur)
}

// Accept implements net.Listener. Connections that are too many are closed here.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err //nolint:wrapcheck // net/http and grpc look at its type
		}
		c := &Conn{Conn: conn, of: l, address: l.addressOf(conn)}
		if c.address == "" || l.enter(c) {
			return c, nil
		}
		_ = conn.Close() // it had no request yet
	}
}

// addressOf is whom a connection counts for; "" means nobody.
func (l *Listener) addressOf(conn net.Conn) string {
	at, err := netip.ParseAddrPort(conn.RemoteAddr().String())
	if err != nil { // not TCP
		return ""
	}
	for _, p := range l.limits.Proxies {
		if p.Contains(at.Addr().Unmap()) {
			return ""
		}
	}
	return fair.Address(at.Addr())
}

// Open is how many connections are counted now.
func (l *Listener) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// enter counts a connection, or reports that there is no room for it.
func (l *Listener) enter(c *Conn) bool {
	l.mu.Lock()
	var surplus *Conn
	defer func() {
		l.mu.Unlock()
		if surplus != nil {
			_ = surplus.Conn.Close() // it had nothing in hand
		}
	}()
	own := l.by[c.address]
	switch {
	case own != nil && own.Len() >= l.limits.Each:
		surplus = oldest(own)
	case l.total >= l.limits.Total:
		surplus = oldest(l.largest(own))
	default:
		l.count(c)
		return true
	}
	if surplus == nil {
		return false
	}
	l.drop(surplus)
	l.count(c)
	return true
}

// largest are the connections of the address that has most, if a further one for the
// newcomer leaves it with no less. It looks at all addresses, of which there are at most Total.
func (l *Listener) largest(own *list.List) *list.List {
	most := own
	for _, of := range l.by {
		if most == nil || of.Len() > most.Len() {
			most = of
		}
	}
	return most
}

// oldest finds a connection without a request. There are at most Each to look at.
func oldest(of *list.List) *Conn {
	for e := of.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*Conn); !c.busy.Load() { //nolint:forcetypeassert // nothing else is put in
			return c
		}
	}
	return nil
}

// count and drop keep the lists. The lock is held.
func (l *Listener) count(c *Conn) {
	own := l.by[c.address]
	if own == nil {
		own = list.New()
		l.by[c.address] = own
	}
	c.place = own.PushBack(c)
	l.total++
}

func (l *Listener) drop(c *Conn) {
	if c.place == nil {
		return
	}
	own := l.by[c.address]
	own.Remove(c.place)
	c.place = nil
	if l.total--; own.Len() == 0 {
		delete(l.by, c.address)
	}
}

// Track is a ConnState of an http.Server: it keeps in mind which connections have a
// request in hand. A connection that sends its header has none.
func Track(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if c, ok := conn.(*Conn); ok {
		c.SetBusy(state == http.StateActive)
	}
}
