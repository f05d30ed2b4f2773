package stranger

import (
	"net"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// awaitRead makes a connection wait for room that another client holds. It returns the
// connection, the held room, and a channel that is closed when the read returns.
func awaitRead(t *testing.T, all *Clients) (c *Conn, held *fair.Lease, returned chan struct{}) {
	t.Helper()
	client, server := net.Pipe()
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	c = all.Meet(server, server)
	held, err := all.bytes.Acquire(t.Context(), all.bytes.Most(), fair.Client{Tenant: c.client.Tenant})
	if err != nil {
		t.Fatal(err)
	}
	c.callBegan()
	go func() { _, _ = client.Write(make([]byte, freeBytes+1)) }()
	returned = make(chan struct{})
	go func() {
		defer close(returned)
		_, _ = c.Read(make([]byte, freeBytes+1))
	}()
	for all.bytes.Waiting() == 0 {
		select {
		case <-returned:
			t.Fatal("the read did not wait for room")
		case <-time.After(time.Millisecond):
		}
	}
	return c, held, returned
}

// Room that is granted to a connection after its end is returned. Otherwise each such
// connection would take a megabyte of its address until the server restarts.
func TestRoomGrantedAfterTheEndGoesBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*Conn){
		"the connection closed":   func(c *Conn) { _ = c.Close(); c.callEnded() },
		"its last call ended":     func(c *Conn) { c.callEnded() },
		"closed before its calls": func(c *Conn) { _ = c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := New(8, 8<<20)
			c, held, returned := awaitRead(t, all)
			end(c)
			held.Release()
			select {
			case <-returned:
			case <-time.After(2 * roomWithin):
				t.Fatal("the read did not return")
			}
			if used := all.bytes.Used(); used != 0 {
				t.Errorf("%d bytes are still taken", used)
			}
		})
	}
}

// Connections that wait for each other's room give up at different times.
func TestConnectionsDoNotGiveUpTogether(t *testing.T) {
	t.Parallel()
	seen := map[time.Duration]bool{}
	for range 100 {
		d := giveUpAfter()
		if d < roomWithin/2 || d > roomWithin {
			t.Fatalf("a connection waits %v", d)
		}
		seen[d] = true
	}
	if len(seen) < 50 {
		t.Errorf("100 connections wait %d different times", len(seen))
	}
}
