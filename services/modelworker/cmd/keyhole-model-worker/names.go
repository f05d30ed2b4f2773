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

// names reads what a graph calls its inputs and outputs. A session must be told
// them when it is made, and to ask the runtime would mean to load the model
// twice. An initializer may be listed as an input too; it is none.
func names(model []byte) (inputs, outputs []string, err error) {
	graph, err := lastField(model, modelGraph)
	if err != nil {
		return nil, nil, err
	}
	weights := map[string]bool{}
	var declared []string
	err = eachField(graph, func(number protowire.Number, body []byte) error {
		switch number {
		case graphInitializer:
			name, err := lastField(body, tensorName)
			weights[string(name)] = true
			return err
		case graphInput:
			name, err := lastField(body, valueName)
			declared = append(declared, string(name))
			return err
		case graphOutput:
			name, err := lastField(body, valueName)
			outputs = append(outputs, string(name))
			return err
		}
		return nil
	})
	for _, name := range declared {
		if !weights[name] {
			inputs = append(inputs, name)
		}
	}
	if err == nil && (len(inputs) == 0 || len(outputs) == 0) {
		err = errors.New("the model has no inputs or no outputs")
	}
	return inputs, outputs, err
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

// eachField calls visit for each field that has a length; it touches no byte of
// the bodies that nobody asks for.
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
