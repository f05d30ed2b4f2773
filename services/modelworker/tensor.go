package modelworker

import (
	"os"
	"unsafe"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// Model names a model to run. A worker opens it when it does not have it yet.
type Model struct {
	// Key identifies the bytes of the model, for instance by their SHA-256.
	Key string
	// Tenant is the owner of the model. Tenants never share a worker.
	Tenant string
	// Client is the client that waits for the answer. The call takes its turn.
	Client fair.Client
	// Open opens the model's file. The pool closes it.
	Open func() (*os.File, error)
}

// Signature holds a model's declared inputs, outputs and metadata.
type Signature = wire.Signature

// Element is the type of a tensor's elements.
type Element = wire.Element

// The element types.
const (
	Float32 = wire.Float32
	Float64 = wire.Float64
	Int64   = wire.Int64
	Int32   = wire.Int32
	Uint8   = wire.Uint8
)

// Input is an input tensor. The caller writes it directly into the memory that the worker
// reads.
type Input struct {
	// Name is the name of the model's input. Empty: the input is taken by its position.
	Name  string
	Type  Element
	Shape []int64
	// Fill writes all elements. The previous content of data is undefined.
	Fill func(data []byte) error
}

// FillFloat32 returns an input of float32 elements.
func FillFloat32(shape []int64, fill func(data []float32) error) Input {
	return Input{Type: Float32, Shape: shape, Fill: func(data []byte) error { return fill(view[float32](data)) }}
}

// Output is an output tensor. It is valid only inside of the callback that receives it. The
// worker can still write to its memory, so a value that is read twice may differ: check an
// index on the copy that is used.
type Output struct {
	Name  string
	Type  Element
	Shape []int64
	data  []byte
}

// Bytes returns the elements as bytes.
func (o Output) Bytes() []byte { return o.data }

// Float32 returns the elements, or nil if they have another type.
func (o Output) Float32() []float32 {
	if o.Type != Float32 {
		return nil
	}
	return view[float32](o.data)
}

// view converts bytes to elements. wire.Tensor.Within has checked the alignment.
func view[T any](data []byte) []T {
	if len(data) == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*T)(unsafe.Pointer(&data[0])), len(data)/int(unsafe.Sizeof(zero)))
}
