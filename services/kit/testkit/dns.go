package testkit

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// NameServer is a real DNS server on loopback. It answers only queries for IPv4 addresses.
type NameServer struct {
	mu     sync.Mutex
	asked  map[string]int
	answer func(name string, n int) []string
}

// DNS starts a server and returns a resolver that asks it. answer is called for every
// look-up with the number of earlier look-ups of the name. If it returns no addresses, the
// answer is empty.
func DNS(t testing.TB, answer func(name string, n int) []string) (*net.Resolver, *NameServer) {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &NameServer{asked: map[string]int{}, answer: answer}
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.run(conn)
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}, s
}

func (s *NameServer) run(conn net.PacketConn) {
	buf := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		var q dnsmessage.Message
		if q.Unpack(buf[:n]) != nil || len(q.Questions) != 1 {
			continue
		}
		if out, err := s.reply(q); err == nil {
			_, _ = conn.WriteTo(out, from)
		}
	}
}

func (s *NameServer) reply(q dnsmessage.Message) ([]byte, error) {
	question := q.Questions[0]
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: q.ID, Response: true, RecursionAvailable: true}, Questions: q.Questions}
	if question.Type == dnsmessage.TypeA {
		name := strings.TrimSuffix(question.Name.String(), ".")
		s.mu.Lock()
		ips := s.answer(name, s.asked[name])
		s.asked[name]++
		s.mu.Unlock()
		for _, ip := range ips {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
				Body:   &dnsmessage.AResource{A: netip.MustParseAddr(ip).As4()},
			})
		}
	}
	return m.Pack()
}

// Count returns the number of look-ups of a name.
func (s *NameServer) Count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[name]
}
