//go:build cgo

package main

import (
	"errors"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/services/modelworker/wire"
)

// received is a request with the descriptor that came with it, or nil.
type received struct {
	request wire.Request
	file    *os.File
}

var (
	errMissing  = errors.New("the model is not loaded")
	errTooLarge = errors.New("the outputs do not fit the shared memory")
)

// clip bounds a text that may come from a model, and makes it valid for the reply.
func clip(text string, n int) string {
	if len(text) > n {
		text = text[:n]
	}
	return strings.ToValidUTF8(text, "?")
}
