package wire

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestTensorWithin(t *testing.T) {
	t.Parallel()
	memory := make([]byte, 1024)
	bad := map[string]Tensor{
		"unknown type":       {Type: "complex", Shape: []int64{1}},
		"negative dimension": {Type: Float32, Shape: []int64{-1, 2}},
		"overflow":           {Type: Float32, Shape: []int64{math.MaxInt64, math.MaxInt64}},
		"product of zero":    {Type: Float32, Shape: []int64{math.MaxInt64, 0, -3}},
		"negative offset":    {Type: Float32, Shape: []int64{1}, Offset: -4},
		"behind the end":     {Type: Float32, Shape: []int64{1}, Offset: 1024},
		"over the end":       {Type: Uint8, Shape: []int64{1025}},
		"unaligned":          {Type: Float32, Shape: []int64{1}, Offset: 2},
		"huge offset":        {Type: Uint8, Shape: []int64{1}, Offset: math.MaxInt},
		"too many axes":      {Type: Uint8, Shape: make([]int64, 17)},
	}
	for name, tensor := range bad {
		if got, err := tensor.Within(memory); err == nil {
			t.Errorf("%s: got %d bytes, want an error", name, len(got))
		}
	}
	got, err := Tensor{Type: Float32, Shape: []int64{16, 16}}.Within(memory)
	if err != nil || len(got) != 1024 || cap(got) != 1024 {
		t.Fatalf("the whole memory: %d bytes (cap %d), %v", len(got), cap(got), err)
	}
}

// Whatever a worker claims, the returned tensor lies inside the shared memory.
func TestTensorNeverLeavesTheMemory(t *testing.T) {
	t.Parallel()
	memory := make([]byte, 4096)
	rapid.Check(t, func(t *rapid.T) {
		tensor := Tensor{
			Type:   rapid.SampledFrom([]Element{Float32, Int64, Uint8, Float16, "x"}).Draw(t, "type"),
			Shape:  rapid.SliceOfN(rapid.Int64(), 0, 5).Draw(t, "shape"),
			Offset: rapid.Int().Draw(t, "offset"),
		}
		part, err := tensor.Within(memory)
		if err == nil && (tensor.Offset < 0 || tensor.Offset+len(part) > len(memory)) {
			t.Fatalf("%+v gave %d bytes", tensor, len(part))
		}
	})
}
