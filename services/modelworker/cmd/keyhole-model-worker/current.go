//go:build cgo

package main

import (
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// current is the request in hand, as the listening goroutine sees it.
type current struct {
	mu      sync.Mutex
	id      uint64
	stopped bool
	options *ort.RunOptions
}

func (c *current) expect(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id, c.stopped = id, false
}

// begin hands over the options of a run; false means that it was cancelled
// before it began.
func (c *current) begin(options *ort.RunOptions) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options = options
	return !c.stopped
}

// end takes them back, before they are destroyed.
func (c *current) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options = nil
}

// cancel stops the run between two operators of the model. One that takes long
// in itself, or the opening of a model, is left to the parent, which kills.
func (c *current) cancel(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.id != id {
		return
	}
	c.stopped = true
	if c.options != nil {
		_ = c.options.Terminate()
	}
}

func (c *current) cancelled(id uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.id == id && c.stopped
}

// interrupted is cancelled, of the request in hand.
func (c *current) interrupted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}
