//go:build cgo

package main

import (
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// More field numbers of onnx.proto, and its element types.
const (
	valueType      = 2
	typeTensor     = 1
	tensorElement  = 1
	tensorShape    = 2
	shapeDimension = 1
	dimensionValue = 1
)

var onnxTypes = map[uint64]wire.Element{
	1: wire.Float32, 2: wire.Uint8, 3: wire.Int8, 6: wire.Int32, 7: wire.Int64, 9: wire.Bool, 10: wire.Float16, 11: wire.Float64,
}

// unknown is a dimension that is only known after a run.
const unknown = -1

// declaration is an input or output in the model's file.
type declaration struct {
	name string
	body []byte
}

// told returns the signature that a file declares. ok is false if the file lacks types or
// shapes, or sizes of outputs other than the batch size, because the runtime can infer
// these.
func told(inputs, outputs []declaration) (signature *wire.Signature, ok bool) {
	signature = &wire.Signature{}
	for _, in := range inputs[:min(len(inputs), wire.MaxTensors)] {
		v, known := in.value()
		if !known {
			return nil, false
		}
		signature.Inputs = append(signature.Inputs, v)
	}
	for _, out := range outputs[:min(len(outputs), wire.MaxTensors)] {
		v, known := out.value()
		if !known || len(v.Shape) == 0 {
			return nil, false
		}
		for _, size := range v.Shape[1:] {
			if size == unknown {
				return nil, false
			}
		}
		signature.Outputs = append(signature.Outputs, v)
	}
	return signature, true
}

// value decodes the type and the shape of a tensor.
func (d declaration) value() (v wire.Value, known bool) {
	v.Name = clip(d.name, 256)
	kind, err := lastField(d.body, valueType)
	if err != nil {
		return v, false
	}
	tensor, err := lastField(kind, typeTensor)
	if err != nil || tensor == nil {
		return v, false
	}
	element, found, err := lastNumber(tensor, tensorElement)
	if err != nil || !found {
		return v, false
	}
	shape, err := lastField(tensor, tensorShape)
	if err != nil || shape == nil {
		return v, false
	}
	v.Type, known = onnxTypes[element]
	v.Shape = []int64{}
	err = eachField(shape, func(number protowire.Number, body []byte) error {
		if number != shapeDimension {
			return nil
		}
		size, found, err := lastNumber(body, dimensionValue)
		if !found {
			v.Shape = append(v.Shape, unknown)
			return err
		}
		v.Shape = append(v.Shape, int64(size))
		return err
	})
	return v, known && err == nil
}

// lastNumber returns the last varint of a field. Protobuf takes the last value of a
// repeated scalar.
func lastNumber(message []byte, want protowire.Number) (value uint64, found bool, err error) {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return 0, false, errNotONNX
		}
		message = message[n:]
		if number == want && kind == protowire.VarintType {
			if value, n = protowire.ConsumeVarint(message); n < 0 {
				return 0, false, errNotONNX
			}
			found = true
		} else if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
			return 0, false, errNotONNX
		}
		message = message[n:]
	}
	return value, found, nil
}
