//go:build cgo

package main

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of onnx.proto.
const (
	modelGraph       = 7
	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	tensorName       = 8
	valueName        = 1
)

var errNotONNX = errors.New("the file is not an ONNX model")

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

func lastField(message []byte, want protowire.Number) ([]byte, error) {
	var found []byte
	err := eachField(message, func(number protowire.Number, body []byte) error {
		if number == want {
			found = body
		}
		return nil
	})
	return found, err
}

// eachField calls visit for each length-delimited field. It does not touch the bodies of
// other fields, so the pages of large weights are not read.
func eachField(message []byte, visit func(protowire.Number, []byte) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errNotONNX
		}
		message = message[n:]
		if kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
				return errNotONNX
			}
			message = message[n:]
			continue
		}
		body, n := protowire.ConsumeBytes(message)
		if n < 0 {
			return errNotONNX
		}
		if err := visit(number, body); err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}
