//go:build cgo

// Command keyhole-model-worker runs ONNX models for its parent, which starts it with a
// control socket as descriptor 3 and nothing else.
//
// It is the only program of Keyhole with cgo, and the only one that opens a stranger's
// model. It seals itself (package sandbox) before it reads the first one. A model or an
// input that crashes it costs its parent one request.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime/debug"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker/sandbox"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

const controlFD = 3

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "keyhole-model-worker:", err)
		os.Exit(1)
	}
}

func run() error {
	library := flag.String("library", "", "path of libonnxruntime.so")
	memory := flag.Uint64("memory", 2<<30, "bound of the heap in bytes")
	threads := flag.Int("threads", 1, "threads that one run may use")
	sessions := flag.Int("sessions", 8, "models kept open")
	cache := flag.Int64("cache", 512<<20, "sum of the sizes of the models kept open, in bytes")
	flag.Parse()

	sandbox.DieFirst()
	if err := sandbox.Limit(*memory); err != nil {
		return err
	}
	// The Go heap holds only messages, so frequent collection is cheap and returns memory.
	debug.SetGCPercent(50)
	ort.SetSharedLibraryPath(*library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("load ONNX Runtime from %s: %w", *library, err)
	}
	if err := sandbox.Seal(); err != nil {
		return err
	}
	w := &worker{
		conn:     wire.NewConn(controlFD),
		sessions: newCache(*sessions, *cache),
		threads:  *threads,
		current:  &current{},
	}
	return w.serve()
}
