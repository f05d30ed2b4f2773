//go:build cgo

package main

import (
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

var errNotONNX = errors.New("the file is not an ONNX model")

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
