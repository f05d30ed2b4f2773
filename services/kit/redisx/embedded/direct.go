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

// direct is a connection to the embedded server without a server's end: a write
// runs the commands that are in it, on the writer's goroutine, and keeps the
// answers to be read. The library's own pipe hands each command from goroutine to
// goroutine and waits until each answer is read; a pipeline of 15 commands then
// costs more in switches than in commands, and one of more than 4 KB never ends.
//
// A command that blocks (BLPOP) would block its writer. What a subscription brings
// is written by its publisher, and wakes the reader.
type direct struct {
	server *server.Server
	peer   *server.Peer

	writing    sync.Mutex
	partial    []byte // of a command that is not whole yet
	subscribed bool

	mu       sync.Mutex
	answers  bytes.Buffer
	closed   bool
	deadline time.Time
	changed  chan struct{} // has a place when there is something new to look at
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
	// One text for the whole pipeline, of which all commands are parts.
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

var errNoCommand = errors.New("embedded redis: what was written is no command")

// parseCommand takes one command, an array of strings, from the begin of b, and
// says how long it was: 0 when it is not whole.
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

// maxLength is more than any string or pipeline of ours.
const maxLength = 512 << 20

// parseLength takes a line of a mark and a number.
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

// answersOf is where the server writes: the commands' answers, and what others
// publish.
type answersOf struct{ *direct }

// Write implements io.Writer.
func (a answersOf) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed { // of a subscriber that is gone: the server does not ask
		return len(p), nil
	}
	a.answers.Write(p)
	a.wake()
	return len(p), nil
}

// wake lets a reader look again; the lock is held.
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

// take reads what is there; else it says how long to wait for it, 0 for as long as
// it takes.
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
	if d.subscribed { // nothing else tells the server that the subscriber is gone
		d.server.Dispatch(d.peer, []string{"UNSUBSCRIBE"})
	}
	return nil
}

// end wakes the reader for the last time; true when that was done before.
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

// SetWriteDeadline implements net.Conn: a write does not wait.
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
