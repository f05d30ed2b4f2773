//go:build cgo

package main

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// Field numbers of onnx.proto.
const (
	modelGraph       = 7
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	tensorName       = 8
	valueName        = 1

	valueType      = 2
	typeTensor     = 1
	tensorElement  = 1
	tensorShape    = 2
	shapeDimension = 1
	dimensionValue = 1
)

// onnxTypes are the element types of onnx.proto.
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

// declarations reads the inputs and outputs of a graph. A session needs their names when it
// is made, and asking the runtime for them would load the model twice. A graph may list an
// initializer as an input too; such an input is skipped.
func declarations(model []byte) (inputs, outputs []declaration, err error) {
	graph, err := lastField(model, modelGraph)
	if err != nil {
		return nil, nil, err
	}
	weights := map[string]bool{}
	var listed []declaration
	err = eachField(graph, func(number protowire.Number, body []byte) error {
		switch number {
		case graphInitializer:
			name, err := lastField(body, tensorName)
			weights[string(name)] = true
			return err
		case graphInput:
			name, err := lastField(body, valueName)
			listed = append(listed, declaration{string(name), body})
			return err
		case graphOutput:
			name, err := lastField(body, valueName)
			outputs = append(outputs, declaration{string(name), body})
			return err
		}
		return nil
	})
	for _, one := range listed {
		if !weights[one.name] {
			inputs = append(inputs, one)
		}
	}
	if err == nil && (len(inputs) == 0 || len(outputs) == 0) {
		err = errors.New("the model has no inputs or no outputs")
	}
	return inputs, outputs, err
}

func namesOf(all []declaration) []string {
	names := make([]string, len(all))
	for i, d := range all {
		names[i] = d.name
	}
	return names
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
