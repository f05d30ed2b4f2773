//go:build cgo

package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
)

func graph() []byte {
	return workertest.Graph{
		Nodes:   []workertest.Node{{Op: "Add", In: []string{"x", "w"}, Out: []string{"y"}}},
		Floats:  map[string][]float32{"w": {1, 2}},
		Inputs:  []workertest.Value{{Name: "x", Shape: []int64{2}}, {Name: "w", Shape: []int64{2}}},
		Outputs: []workertest.Value{{Name: "y", Shape: []int64{2}}},
	}.Encode()
}

func TestNamesLeaveWeightsOut(t *testing.T) {
	t.Parallel()
	inputs, outputs, err := declarations(graph())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"x"}, {"y"}}, [][]string{namesOf(inputs), namesOf(outputs)}); diff != "" {
		t.Error(diff)
	}
}

// Any bytes give names or an error, and no name that is not in the bytes.
func FuzzNames(f *testing.F) {
	f.Add(graph())
	f.Add([]byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, model []byte) {
		inputs, outputs, err := declarations(model)
		if err != nil {
			return
		}
		size := 0
		for _, one := range append(inputs, outputs...) {
			size += len(one.name)
		}
		if signature, ok := told(inputs, outputs); ok && (len(signature.Inputs) == 0 || len(signature.Outputs) == 0) {
			t.Fatalf("told %+v", signature)
		}
		if len(inputs) == 0 || len(outputs) == 0 || size > len(model) {
			t.Fatalf("%q and %q of %d bytes", inputs, outputs, len(model))
		}
	})
}

// The memory for learned shapes is bounded, and outputs whose layout is unknown beforehand
// are not learned.
func TestLearnedIsBounded(t *testing.T) {
	t.Parallel()
	var l learned
	for i := range 10 * maxLearned {
		l.put(string(rune('a'+i)), nil)
	}
	if len(l.outputs) > maxLearned {
		t.Errorf("%d shapes were learned", len(l.outputs))
	}
	l.never()
	l.put("x", nil)
	if _, ok := l.get("x"); ok {
		t.Error("it learned although it must not")
	}
}
