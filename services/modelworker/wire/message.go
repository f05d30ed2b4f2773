package wire

import (
	"fmt"
	"math"
)

// Op is the operation that the parent requests.
type Op string

// The operations. Arena is sent once, first, with the descriptor of the shared memory.
const (
	Arena   Op = "arena"
	Inspect Op = "inspect"
	Infer   Op = "infer"
	Cancel  Op = "cancel"
)

// Request is a message from the parent to the worker. A model's descriptor is attached to
// Inspect, and to Infer if the worker may not have the model.
type Request struct {
	Op Op     `json:"op"`
	ID uint64 `json:"id"`
	// Size is the size of the shared memory in bytes, for Arena.
	Size int `json:"size,omitempty"`
	// Model is the key under which the session is cached.
	Model string `json:"model,omitempty"`
	// Attached is set if a descriptor is attached.
	Attached bool     `json:"attached,omitempty"`
	Inputs   []Tensor `json:"inputs,omitempty"`
	// Free is the offset at which the worker may write outputs.
	Free int `json:"free,omitempty"`
}

// Outcome is the result of a request.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"
	Missing   Outcome = "missing"   // the session is not cached: send the model
	Refused   Outcome = "refused"   // the model cannot be opened or does not accept these inputs
	TooLarge  Outcome = "too_large" // outputs do not fit the shared memory, or memory ran out
	Cancelled Outcome = "cancelled"
)

// Reply answers a Request. Cancel has none.
type Reply struct {
	ID      uint64  `json:"id"`
	Outcome Outcome `json:"outcome"`
	// Detail is the runtime's own message for people. It is not trusted.
	Detail    string     `json:"detail,omitempty"`
	Outputs   []Tensor   `json:"outputs,omitempty"`
	Signature *Signature `json:"signature,omitempty"`
}

// Signature holds a model's declared inputs and outputs.
type Signature struct {
	Inputs  []Value `json:"inputs"`
	Outputs []Value `json:"outputs"`
	// Metadata is the model's own key-value map. Entries beyond MaxMetadata bytes in total
	// are left out, and Truncated is set.
	Metadata  map[string]string `json:"metadata,omitempty"`
	Truncated bool              `json:"truncated,omitempty"`
	Producer  string            `json:"producer,omitempty"`
}

// Value is one declared input or output. A negative dimension is variable.
type Value struct {
	Name  string  `json:"name"`
	Type  Element `json:"type"`
	Shape []int64 `json:"shape"`
}

// Limits of messages. The kernel's own limit for a message is well above these.
const (
	MaxMessage  = 128 << 10
	MaxMetadata = 64 << 10
	MaxTensors  = 64
	maxRank     = 16
)

// Element is the type of a tensor's elements.
type Element string

// The element types of tensors between parent and worker.
const (
	Float32 Element = "float32"
	Float64 Element = "float64"
	Float16 Element = "float16"
	Int64   Element = "int64"
	Int32   Element = "int32"
	Int8    Element = "int8"
	Uint8   Element = "uint8"
	Bool    Element = "bool"
)

// Size returns the bytes of one element, or 0 for an unknown type.
func (e Element) Size() int {
	switch e {
	case Float64, Int64:
		return 8
	case Float32, Int32:
		return 4
	case Float16:
		return 2
	case Int8, Uint8, Bool:
		return 1
	}
	return 0
}

// Tensor is the position of a tensor in the shared memory. An input without a name is taken
// by its position in the list.
type Tensor struct {
	Name   string  `json:"name,omitempty"`
	Type   Element `json:"type"`
	Shape  []int64 `json:"shape"`
	Offset int     `json:"offset"`
}

// Bytes returns the size of the tensor in bytes. It fails for an unknown type, a negative
// dimension, or a size that overflows.
func (t Tensor) Bytes() (int, error) {
	size := int64(t.Type.Size())
	if size == 0 {
		return 0, fmt.Errorf("element type %q is not known", t.Type)
	}
	if len(t.Shape) > maxRank {
		return 0, fmt.Errorf("%d dimensions are too many", len(t.Shape))
	}
	for _, d := range t.Shape {
		if d < 0 || (d > 0 && size > math.MaxInt32*int64(8)/d) {
			return 0, fmt.Errorf("shape %v has no size", t.Shape)
		}
		size *= d
	}
	return int(size), nil
}

// Within returns the tensor's part of memory. It fails if the tensor is not completely
// inside or not aligned to its elements.
func (t Tensor) Within(memory []byte) ([]byte, error) {
	n, err := t.Bytes()
	if err != nil {
		return nil, err
	}
	if t.Offset < 0 || t.Offset > len(memory) || n > len(memory)-t.Offset {
		return nil, fmt.Errorf("tensor of %d bytes at %d leaves the memory of %d", n, t.Offset, len(memory))
	}
	if t.Offset%t.Type.Size() != 0 {
		return nil, fmt.Errorf("offset %d is not aligned to %s", t.Offset, t.Type)
	}
	return memory[t.Offset : t.Offset+n : t.Offset+n], nil
}

// Align rounds an offset up to a multiple of 64, the size of a cache line.
func Align(offset int) int { return (offset + 63) &^ 63 }
