package e2e_test

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy is between a service and a store, so that the store can become unavailable for one
// installation, and come back.
type proxy struct {
	addr          string
	network, dest string

	mu    sync.Mutex
	lis   net.Listener
	conns []net.Conn
}

func newProxy(t testing.TB, network, dest string) *proxy {
	t.Helper()
	p := &proxy{addr: freeAddr(t), network: network, dest: dest}
	p.open(t)
	t.Cleanup(p.cut)
	return p
}

func (p *proxy) open(t testing.TB) {
	t.Helper()
	lis, err := net.Listen("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lis = lis
	go func() {
		for {
			conn, err := lis.Accept()
			if err != nil {
				return
			}
			go p.join(conn)
		}
	}()
}

func (p *proxy) join(in net.Conn) {
	out, err := net.Dial(p.network, p.dest)
	if err != nil {
		_ = in.Close()
		return
	}
	p.mu.Lock()
	p.conns = append(p.conns, in, out)
	p.mu.Unlock()
	go func() {
		_, _ = io.Copy(out, in)
		_ = out.Close()
	}()
	_, _ = io.Copy(in, out)
	_ = in.Close()
}

// cut closes connections, and refuses new ones.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.lis.Close()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

// through puts a proxy in front of a PostgreSQL or a Redis of package testkit.
func through(t testing.TB, store string) (string, *proxy) {
	t.Helper()
	u, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme == "redis" {
		p := newProxy(t, "tcp", u.Host)
		return "redis://" + p.addr + "/0", p
	}
	p := newProxy(t, "unix", u.Query().Get("host")+"/.s.PGSQL.5432")
	return "postgres://postgres@" + p.addr + u.Path + "?sslmode=disable", p
}
