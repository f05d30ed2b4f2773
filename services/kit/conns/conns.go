package conns

import (
	"container/list"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Limits of a listener. The zero value is usable.
type Limits struct {
	// Each bounds the connections of one address; 0 means 1024. An address is an IPv4
	// address or an IPv6 /64.
	Each int
	// Total bounds all connections; 0 means 16384, or half of the process's file
	// descriptors if that is less.
	Total int
	// Proxies are networks with many clients behind each address. Each and Total do not
	// apply to them, because a proxy has its own limits.
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

	// mu guards the fields below and the place of each Conn. No connection is closed under it:
	// closing may wait for the network.
	mu    sync.Mutex
	total int
	by    map[string]*list.List // of *Conn, by address; the oldest first
}

// Limit bounds the connections of a listener.
func Limit(lis net.Listener, limits Limits) *Listener {
	if limits.Each == 0 {
		limits.Each = defaultEach
	}
	if limits.Total == 0 {
		limits.Total = min(defaultTotal, files()/2)
	}
	return &Listener{Listener: lis, limits: limits, by: map[string]*list.List{}}
}

// files returns the limit of open files of this process.
func files() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 2*defaultTotal {
		return 2 * defaultTotal
	}
	return int(limit.Cur)
}

// Accept implements net.Listener. It closes connections beyond the bounds.
func (l *Listener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err //nolint:wrapcheck // net/http and grpc check its type
		}
		c := &Conn{Conn: conn, of: l, address: l.addressOf(conn)}
		if c.address == "" || l.enter(c) {
			return c, nil
		}
		_ = conn.Close() // it has no request yet
	}
}

// addressOf returns the address that a connection counts for, or "" if it is not counted.
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

// Open returns the number of counted connections.
func (l *Listener) Open() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// enter counts a connection, or returns false if there is no room for it.
func (l *Listener) enter(c *Conn) bool {
	l.mu.Lock()
	var surplus *Conn
	defer func() {
		l.mu.Unlock()
		if surplus != nil {
			_ = surplus.Conn.Close() // it has no request in progress
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

// largest returns the connections of the address with the most, unless that address has no
// more than the newcomer would have. It visits all addresses, at most Total.
func (l *Listener) largest(own *list.List) *list.List {
	most := own
	for _, of := range l.by {
		if most == nil || of.Len() > most.Len() {
			most = of
		}
	}
	return most
}

// oldest returns the oldest connection without a request. It visits at most Each
// connections.
func oldest(of *list.List) *Conn {
	for e := of.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*Conn); !c.busy.Load() { //nolint:forcetypeassert // the list holds nothing else
			return c
		}
	}
	return nil
}

// count and drop maintain the lists. l.mu is held.
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

// Track is the ConnState of an http.Server. It records which connections have a request in
// progress. A connection that is still sending its header has none.
func Track(conn net.Conn, state http.ConnState) {
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn()
	}
	if c, ok := conn.(*Conn); ok {
		c.SetBusy(state == http.StateActive)
	}
}

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
