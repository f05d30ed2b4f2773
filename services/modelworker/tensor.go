package modelworker

import (
	"os"
	"unsafe"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// Model is what to run. It is opened when a worker does not have it yet.
type Model struct {
	// Key names the bytes of the model, such as their SHA-256.
	Key string
	// Tenant is whose model it is; tenants never share a worker.
	Tenant string
	// Client is who waits for the answer, and whose turn it takes.
	Client fair.Client
	// Open gives the model's file. The pool closes it.
	Open func() (*os.File, error)
}

// Signature is what a model declares: inputs, outputs, metadata.
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

// Input is a tensor that goes in. It is written straight into the memory that
// the worker reads.
type Input struct {
	// Name of the model's input. Empty: taken by position.
	Name  string
	Type  Element
	Shape []int64
	// Fill writes all the elements; what was there before is undefined.
	Fill func(data []byte) error
}

// FillFloat32 is an input of float32.
func FillFloat32(shape []int64, fill func(data []float32) error) Input {
	return Input{Type: Float32, Shape: shape, Fill: func(data []byte) error { return fill(view[float32](data)) }}
}

// Output is a tensor that came out. It is valid only inside of the callback that
// it was given to. The worker can still write there: a value read twice may
// differ, so decoders check what they index with.
type Output struct {
	Name  string
	Type  Element
	Shape []int64
	data  []byte
}

// Bytes of the elements.
func (o Output) Bytes() []byte { return o.data }

// Float32 is the elements, or nil where they are of another type.
func (o Output) Float32() []float32 {
	if o.Type != Float32 {
		return nil
	}
	return view[float32](o.data)
}

// view reads bytes as elements; wire.Tensor.Within has seen to the alignment.
func view[T any](data []byte) []T {
	if len(data) == 0 {
		return nil
	}
	var zero T
	return unsafe.Slice((*T)(unsafe.Pointer(&data[0])), len(data)/int(unsafe.Sizeof(zero)))
}
