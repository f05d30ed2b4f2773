//go:build cgo

package main

import (
	"errors"
	"fmt"
	"os"

	ort "github.com/yalue/onnxruntime_go"
	"golang.org/x/sys/unix"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// session is one open model.
type session struct {
	run     *ort.DynamicAdvancedSession
	inputs  []string
	outputs []string
	size    int64
	learned learned
	// told is the signature that the file declares, or nil if the runtime must be asked.
	told *wire.Signature
}

// open makes a session from a model's descriptor. It maps the file instead of reading it,
// because the runtime copies what it keeps.
func open(file *os.File, threads int) (*session, error) {
	model, unmap, err := mapModel(file)
	if err != nil {
		return nil, err
	}
	defer unmap()
	inputs, outputs, err := declarations(model)
	if err != nil {
		return nil, err
	}
	s := &session{inputs: namesOf(inputs), outputs: namesOf(outputs), size: int64(len(model))}
	if signature, ok := told(inputs, outputs); ok {
		s.told = signature
	}
	options, err := sessionOptions(threads)
	if err != nil {
		return nil, err
	}
	defer func() { _ = options.Destroy() }()
	s.run, err = ort.NewDynamicAdvancedSessionWithONNXData(model, s.inputs, s.outputs, options)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func mapModel(file *os.File) ([]byte, func(), error) {
	if file == nil {
		return nil, nil, errMissing
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("inspect the model: %w", err)
	}
	if info.Size() == 0 {
		return nil, nil, errors.New("the model is empty")
	}
	model, err := unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_PRIVATE)
	if err != nil {
		return nil, nil, fmt.Errorf("map the model: %w", err)
	}
	return model, func() { _ = unix.Munmap(model) }, nil
}

// sessionOptions disables spinning threads, which would take processors from other workers
// and services, and flushes denormal numbers to zero, because a model could use them to run
// a hundred times slower.
func sessionOptions(threads int) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		options.SetIntraOpNumThreads(threads),
		options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		options.SetLogSeverityLevel(ort.LoggingLevelFatal),
		options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
		options.AddSessionConfigEntry("session.set_denormal_as_zero", "1"),
	)
	if err != nil {
		_ = options.Destroy()
		return nil, fmt.Errorf("set the session's options: %w", err)
	}
	return options, nil
}
