package wire

import (
	"fmt"
	"math"
)

// Op is what the parent asks for.
type Op string

// The operations. Arena comes once, first, with the shared memory's descriptor.
const (
	Arena   Op = "arena"
	Inspect Op = "inspect"
	Infer   Op = "infer"
	Cancel  Op = "cancel"
)

// Request goes from the parent to the worker. A model's descriptor comes along
// with Inspect, and with Infer where the worker may not have the model.
type Request struct {
	Op Op     `json:"op"`
	ID uint64 `json:"id"`
	// Size of the shared memory, with Arena.
	Size int `json:"size,omitempty"`
	// Model is the key under which the session is cached.
	Model string `json:"model,omitempty"`
	// Attached says that a descriptor came along.
	Attached bool     `json:"attached,omitempty"`
	Inputs   []Tensor `json:"inputs,omitempty"`
	// Free is where the part of the shared memory begins that outputs go into.
	Free int `json:"free,omitempty"`
}

// Outcome says how a request ended.
type Outcome string

// The outcomes.
const (
	OK        Outcome = "ok"
	Missing   Outcome = "missing"   // the session is not cached: send the model
	Refused   Outcome = "refused"   // the model cannot be opened, or not run on these inputs
	TooLarge  Outcome = "too_large" // outputs do not fit the shared memory, or memory ran out
	Cancelled Outcome = "cancelled"
)

// Reply goes back, one for each Request but Cancel.
type Reply struct {
	ID      uint64  `json:"id"`
	Outcome Outcome `json:"outcome"`
	// Detail is the runtime's own text, for a person; it is not trusted.
	Detail    string     `json:"detail,omitempty"`
	Outputs   []Tensor   `json:"outputs,omitempty"`
	Signature *Signature `json:"signature,omitempty"`
}

// Signature is what a model declares about itself.
type Signature struct {
	Inputs  []Value `json:"inputs"`
	Outputs []Value `json:"outputs"`
	// Metadata is the model's own key-value map. Entries that would make it larger
	// than MaxMetadata in sum are left out, and Truncated says so.
	Metadata  map[string]string `json:"metadata,omitempty"`
	Truncated bool              `json:"truncated,omitempty"`
	Producer  string            `json:"producer,omitempty"`
}

// Value is one declared input or output. A negative dimension is free.
type Value struct {
	Name  string  `json:"name"`
	Type  Element `json:"type"`
	Shape []int64 `json:"shape"`
}

// Limits of messages. A socket message is refused by the kernel well above this.
const (
	MaxMessage  = 128 << 10
	MaxMetadata = 64 << 10
	MaxTensors  = 64
	maxRank     = 16
)

// Element is the type of a tensor's elements.
type Element string

// The element types that pass between parent and worker.
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

// Size is the bytes of one element, 0 for a type that is not known.
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

// Tensor says where in the shared memory a tensor lies. An input without a name
// is taken by its position.
type Tensor struct {
	Name   string  `json:"name,omitempty"`
	Type   Element `json:"type"`
	Shape  []int64 `json:"shape"`
	Offset int     `json:"offset"`
}

// Bytes is the size of the tensor, or an error where it has none: an unknown
// type, a negative dimension, a product beyond what can be counted.
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

// Within returns the tensor's part of memory, or an error where it is not wholly
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

// Align rounds an offset up to where a tensor may begin (a cache line).
func Align(offset int) int { return (offset + 63) &^ 63 }
