package embedded

import (
	"errors"
	"io"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseCommand(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]struct {
		command []string
		n       int
		fails   bool
	}{
		"*1\r\n$4\r\nPING\r\n":                {command: []string{"PING"}, n: 14},
		"*2\r\n$3\r\nGET\r\n$0\r\n\r\n":       {command: []string{"GET", ""}, n: 19},
		"*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nPI":  {command: []string{"PING"}, n: 14},
		"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n": {command: []string{"GET", "a\r\nb"}, n: 23},
		"":                                    {},
		"*1":                                  {},
		"*1\r\n":                              {},
		"*1\r\n$4\r\nPIN":                     {},
		"*1\r\n$4\r\nPING":                    {},
		"PING\r\n":                            {fails: true},
		"*-1\r\n":                             {fails: true},
		"*0\r\n":                              {fails: true},
		"*1\r\n:4\r\n":                        {fails: true},
		"*1\r\n$x\r\n":                        {fails: true},
		"*1\n":                                {fails: true},
		"*99999999999999999999\r\n":           {fails: true},
		"*99999999\r\n$1\r":                   {},
	} {
		command, n, err := parseCommand(in)
		if diff := cmp.Diff(want.command, command); diff != "" || n != want.n || (err != nil) != want.fails {
			t.Errorf("%q: %q, %d, %v", in, command, n, err)
		}
	}
}

// A command may arrive in any pieces.
func TestDirectTakesPieces(t *testing.T) {
	t.Parallel()
	e, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.stop)
	d := newDirect(e.server.Server())
	for _, b := range []byte("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\n\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n") {
		if _, err := d.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	buf := make([]byte, 100)
	n, err := d.Read(buf)
	if got := string(buf[:n]); err != nil || got != "+OK\r\n$2\r\n\r\n\r\n" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestDirectEnds(t *testing.T) {
	t.Parallel()
	e, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.stop)
	d := newDirect(e.server.Server())
	if err := d.SetDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a read without an answer: %v", err)
	}
	if err := errors.Join(d.SetDeadline(time.Time{}), d.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("a read after the end: %v", err)
	}
	if _, err := d.Write([]byte("*1\r\n$4\r\nPING\r\n")); err == nil {
		t.Error("written after the end")
	}
}

// A subscriber that closes its connection leaves no state in the server.
func TestDirectUnsubscribes(t *testing.T) {
	t.Parallel()
	e, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.stop)
	d := newDirect(e.server.Server())
	if _, err := d.Write([]byte("*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nc\r\n")); err != nil {
		t.Fatal(err)
	}
	if n := e.server.PubSubNumSub("c")["c"]; n != 1 {
		t.Errorf("%d subscribers, want 1", n)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	for e.server.PubSubNumSub("c")["c"] != 0 { // ends with the test's own deadline
		runtime.Gosched()
	}
}
