//go:build cgo

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// worker serves one parent, one request at a time.
type worker struct {
	conn     *wire.Conn
	sessions *cache
	threads  int
	arena    []byte
	current  *current
}

// serve starts a goroutine that reads requests while a model runs, so that a cancellation
// is seen in time and the end of the parent ends the process immediately.
func (w *worker) serve() error {
	requests := make(chan received, 1)
	go w.listen(requests)
	for r := range requests {
		reply := w.handle(r)
		reply.ID = r.request.ID
		if err := w.conn.Send(reply); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	return nil
}

// listen does not return. When the parent is gone, nobody can stop a running model, so the
// process exits here.
func (w *worker) listen(requests chan<- received) {
	for {
		request, file, err := w.conn.Receive()
		if err != nil {
			os.Exit(exitCode(err))
		}
		if request.Op == wire.Cancel {
			w.current.cancel(request.ID)
			continue
		}
		w.current.expect(request.ID)
		requests <- received{request, file}
	}
}

func exitCode(err error) int {
	if errors.Is(err, io.EOF) {
		return 0
	}
	fmt.Fprintln(os.Stderr, "keyhole-model-worker:", err)
	return 1
}

func (w *worker) handle(r received) (reply wire.Reply) {
	if r.file != nil {
		defer func() { _ = r.file.Close() }()
	}
	var err error
	switch r.request.Op {
	case wire.Arena:
		err = w.mapArena(r)
	case wire.Inspect:
		reply.Signature, err = w.inspect(r)
	case wire.Infer:
		reply.Outputs, err = w.infer(r)
	default:
		err = fmt.Errorf("operation %q is not known", r.request.Op)
	}
	reply.Outcome = w.outcome(r.request.ID, err)
	if err != nil {
		reply.Detail = clip(err.Error(), 1000)
	}
	return reply
}

func (w *worker) outcome(id uint64, err error) wire.Outcome {
	switch {
	case err == nil:
		return wire.OK
	case w.current.cancelled(id):
		return wire.Cancelled
	case errors.Is(err, errMissing):
		return wire.Missing
	case errors.Is(err, errTooLarge), outOfMemory(err.Error()):
		return wire.TooLarge
	}
	return wire.Refused
}

// outOfMemory recognises the runtime's messages, because it has no error code for lack of
// memory.
func outOfMemory(text string) bool {
	return strings.Contains(text, "bad_alloc") || strings.Contains(text, "Failed to allocate memory") ||
		strings.Contains(text, "bad allocation")
}

func (w *worker) mapArena(r received) error {
	if r.file == nil || w.arena != nil {
		return errors.New("the shared memory comes once, with its descriptor")
	}
	arena, err := unix.Mmap(int(r.file.Fd()), 0, r.request.Size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map the shared memory: %w", err)
	}
	w.arena = arena
	return nil
}
