//go:build cgo

package main

import (
	"sync"

	ort "github.com/yalue/onnxruntime_go"
)

// current is the request in progress, as the listening goroutine sees it.
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

// begin registers the options of a run. It returns false if the request was cancelled
// before it began.
func (c *current) begin(options *ort.RunOptions) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options = options
	return !c.stopped
}

// end removes the options before they are destroyed.
func (c *current) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options = nil
}

// cancel stops the run between two operators of the model. It cannot stop a slow operator
// or the opening of a model; the parent then kills this process.
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

// interrupted reports whether the request in progress was cancelled.
func (c *current) interrupted() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stopped
}
