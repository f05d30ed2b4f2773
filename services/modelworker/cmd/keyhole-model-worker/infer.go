//go:build cgo

package main

import (
	"fmt"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

func (w *worker) infer(r received) ([]wire.Tensor, error) {
	s, err := w.session(r)
	if err != nil {
		return nil, err
	}
	inputs, err := w.inputs(s, r.request.Inputs)
	defer destroy(inputs)
	if err != nil {
		return nil, err
	}
	if r.request.Free < 0 || r.request.Free > len(w.arena) {
		return nil, fmt.Errorf("offset %d is outside of the shared memory", r.request.Free)
	}
	return w.run(s, inputs, shapesOf(r.request.Inputs), r.request.Free)
}

// inputs makes tensors over the shared memory, in the order of the session.
func (w *worker) inputs(s *session, given []wire.Tensor) ([]ort.Value, error) {
	if len(given) != len(s.inputs) {
		return nil, fmt.Errorf("the model takes %d inputs (%q), not %d", len(s.inputs), s.inputs, len(given))
	}
	values := make([]ort.Value, len(given))
	for i, tensor := range given {
		at, err := position(s.inputs, tensor.Name, i)
		if err != nil {
			return values, err
		}
		if values[at] != nil {
			return values, fmt.Errorf("input %q was given twice", s.inputs[at])
		}
		if values[at], err = w.tensor(tensor); err != nil {
			return values, fmt.Errorf("input %q: %w", s.inputs[at], err)
		}
	}
	return values, nil
}

func position(names []string, name string, i int) (int, error) {
	if name == "" {
		return i, nil
	}
	for at, n := range names {
		if n == name {
			return at, nil
		}
	}
	return 0, fmt.Errorf("the model has no input %q; it has %q", name, names)
}
