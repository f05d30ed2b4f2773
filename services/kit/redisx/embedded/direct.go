package embedded

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2/server"
)

// direct is a connection to the embedded server without a server-side connection. A write
// runs its commands on the writer's goroutine and keeps the answers for the reader. The
// library's own pipe passes each command between goroutines and waits until each answer is
// read. A pipeline of 15 commands then costs more in switches than in commands, and one of
// more than 4 KB never ends.
//
// A command that blocks (BLPOP) would block its writer. The publisher writes the messages
// of a subscription and wakes the reader.
type direct struct {
	server *server.Server
	peer   *server.Peer

	// writing is held while commands run, and guards the fields below: the commands of two writes
	// must not mix. It is taken before mu.
	writing    sync.Mutex
	partial    []byte // of an incomplete command
	subscribed bool

	// mu guards the fields below. No command runs under it: the publisher of another connection
	// writes here too, while it holds a lock of the server.
	mu       sync.Mutex
	answers  bytes.Buffer
	closed   bool
	deadline time.Time
	changed  chan struct{} // has a value when there is something new to read; one is enough for any number of changes
}

func newDirect(s *server.Server) *direct {
	d := &direct{server: s, changed: make(chan struct{}, 1)}
	d.peer = server.NewPeer(bufio.NewWriterSize(answersOf{d}, 512))
	return d
}

// Write implements net.Conn.
func (d *direct) Write(p []byte) (int, error) {
	d.writing.Lock()
	defer d.writing.Unlock()
	if d.isClosed() {
		return 0, net.ErrClosed
	}
	// One string holds the whole pipeline. All commands are slices of it.
	rest := string(d.partial) + string(p)
	for len(rest) > 0 {
		command, n, err := parseCommand(rest)
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		rest = rest[n:]
		d.subscribed = d.subscribed || strings.EqualFold(command[0], "subscribe")
		d.server.Dispatch(d.peer, command)
	}
	d.peer.Flush()
	d.partial = append(d.partial[:0], rest...)
	return len(p), nil
}

var errNoCommand = errors.New("embedded redis: malformed command")

// parseCommand parses one command, an array of bulk strings (RESP2), at the start of b. n
// is its length, or 0 if it is incomplete.
func parseCommand(b string) (command []string, n int, err error) {
	count, n, err := parseLength(b, '*')
	if n == 0 || err != nil {
		return nil, 0, err
	}
	if count == 0 {
		return nil, 0, errNoCommand
	}
	command = make([]string, 0, min(count, 64))
	for range count {
		size, m, err := parseLength(b[n:], '$')
		if m == 0 || err != nil {
			return nil, 0, err
		}
		n += m
		if len(b)-n < size+2 {
			return nil, 0, nil
		}
		command = append(command, b[n:n+size])
		n += size + 2
	}
	return command, n, nil
}

// maxLength bounds a string. No string or pipeline of Keyhole is as long.
const maxLength = 512 << 20

// parseLength parses a line that has a mark and a number.
func parseLength(b string, mark byte) (value, n int, err error) {
	end := strings.IndexByte(b, '\n')
	if end < 0 {
		return 0, 0, nil
	}
	if end < 2 || b[0] != mark || b[end-1] != '\r' {
		return 0, 0, errNoCommand
	}
	value, err = strconv.Atoi(b[1 : end-1])
	if err != nil || value < 0 || value > maxLength {
		return 0, 0, errNoCommand
	}
	return value, end + 1, nil
}

// answersOf receives what the server writes: answers of commands, and published messages.
type answersOf struct{ *direct }

// Write implements io.Writer.
func (a answersOf) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed { // a subscriber that is gone, which the server does not know yet
		return len(p), nil
	}
	a.answers.Write(p)
	a.wake()
	return len(p), nil
}

// wake lets a reader look again. d.mu is held.
func (d *direct) wake() {
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// Read implements net.Conn.
func (d *direct) Read(p []byte) (int, error) {
	for {
		n, wait, err := d.take(p)
		if n > 0 || err != nil {
			return n, err
		}
		if wait <= 0 {
			<-d.changed
			continue
		}
		timer := time.NewTimer(wait)
		select {
		case <-d.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// take reads what has arrived. Otherwise it returns the time to wait for more; 0 means
// without a bound.
func (d *direct) take(p []byte) (n int, wait time.Duration, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.answers.Len() > 0:
		n, err = d.answers.Read(p)
		return n, 0, err
	case d.closed:
		return 0, 0, io.EOF
	case d.deadline.IsZero():
		return 0, 0, nil
	}
	if wait = time.Until(d.deadline); wait <= 0 {
		return 0, 0, os.ErrDeadlineExceeded
	}
	return 0, wait, nil
}

func (d *direct) isClosed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.closed
}

// Close implements net.Conn.
func (d *direct) Close() error {
	if d.end() {
		return nil
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	if d.subscribed { // otherwise the server would not learn that the subscriber is gone
		d.server.Dispatch(d.peer, []string{"UNSUBSCRIBE"})
	}
	return nil
}

// end wakes the reader for the last time. It returns true if the connection had ended
// before.
func (d *direct) end() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.closed
	d.closed = true
	d.wake()
	return was
}

// SetReadDeadline implements net.Conn.
func (d *direct) SetReadDeadline(t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.deadline = t
	d.wake()
	return nil
}

// SetDeadline implements net.Conn.
func (d *direct) SetDeadline(t time.Time) error { return d.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn. Writes never wait, so it does nothing.
func (d *direct) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr implements net.Conn.
func (d *direct) LocalAddr() net.Addr { return embeddedAddr{} }

// RemoteAddr implements net.Conn.
func (d *direct) RemoteAddr() net.Addr { return embeddedAddr{} }

type embeddedAddr struct{}

// Network implements net.Addr.
func (embeddedAddr) Network() string { return "embedded" }

// String implements net.Addr.
func (embeddedAddr) String() string { return "embedded" }
