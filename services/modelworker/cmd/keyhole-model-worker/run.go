//go:build cgo

package main

import (
	"errors"
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

var errCancelled = errors.New("cancelled before it began")

// run executes the session. If an earlier run with the same input shapes has shown the
// output shapes, the runtime writes the outputs directly into the shared memory. Otherwise
// it allocates them, and they are copied there.
func (w *worker) run(s *session, inputs []ort.Value, shapes string, free int) ([]wire.Tensor, error) {
	if known, ok := s.learned.get(shapes); ok {
		placed, outputs, err := w.place(known, free)
		if err != nil {
			return nil, err
		}
		err = w.execute(s, inputs, outputs)
		destroy(outputs)
		if err == nil || w.current.interrupted() {
			return placed, err
		}
		// The output shapes depend on more than the input shapes.
		s.learned.never()
	}
	outputs := make([]ort.Value, len(s.outputs))
	defer func() { destroy(outputs) }()
	if err := w.execute(s, inputs, outputs); err != nil {
		return nil, err
	}
	placed, err := w.copyOut(s, outputs, free)
	if err == nil {
		s.learned.put(shapes, placed)
	}
	return placed, err
}

func (w *worker) execute(s *session, inputs, outputs []ort.Value) error {
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer func() {
		w.current.end()
		_ = options.Destroy()
	}()
	if !w.current.begin(options) {
		return errCancelled
	}
	return s.run.RunWithOptions(inputs, outputs, options)
}

// place places tensors of known shapes one after the other.
func (w *worker) place(known []wire.Tensor, free int) ([]wire.Tensor, []ort.Value, error) {
	placed := make([]wire.Tensor, len(known))
	values := make([]ort.Value, len(known))
	for i, t := range known {
		t.Offset = wire.Align(free)
		value, err := w.tensor(t)
		if err != nil {
			destroy(values)
			return nil, nil, fmt.Errorf("%w: %w", errTooLarge, err)
		}
		size, _ := t.Bytes()
		placed[i], values[i], free = t, value, t.Offset+size
	}
	return placed, values, nil
}

func (w *worker) copyOut(s *session, outputs []ort.Value, free int) ([]wire.Tensor, error) {
	placed := make([]wire.Tensor, len(outputs))
	for i, value := range outputs {
		kind, data, err := contents(value)
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", s.outputs[i], err)
		}
		t := wire.Tensor{Name: s.outputs[i], Type: kind, Shape: value.GetShape(), Offset: wire.Align(free)}
		room, err := t.Within(w.arena)
		if err != nil || len(room) != len(data) {
			return nil, fmt.Errorf("output %q of shape %v: %w", t.Name, t.Shape, errTooLarge)
		}
		copy(room, data)
		placed[i], free = t, t.Offset+len(data)
	}
	return placed, nil
}
