package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
)

// maxLabel bounds what a client chooses of the key of a call.
const maxLabel = 100

// callKey names a call that is under way: who made it, through which link, and how its client
// calls it.
type callKey struct{ workspace, key, visitor, token, session, id string }

// key returns the key of the client's call of this id, or the zero key if the client does not
// label its requests: then its connection ends its calls.
func (x *exchange) key(id json.RawMessage) callKey {
	id = bytes.TrimSpace(id)
	if x.session == "" || len(x.session) > maxLabel || len(id) == 0 || len(id) > maxLabel {
		return callKey{}
	}
	return callKey{x.caller.Workspace, x.caller.Key, x.caller.Visitor, x.token, x.session, string(id)}
}

// calls are those under way at this replica. There are as many as requests in hand.
type calls struct {
	mu      sync.Mutex // guards running
	running map[callKey]context.CancelFunc
}

func newCalls() *calls { return &calls{running: map[callKey]context.CancelFunc{}} }

// begin keeps the way to cancel a call until the returned function is called. A second call with
// one key is not kept: only the first one can be cancelled.
func (c *calls) begin(key callKey, cancel context.CancelFunc) (end func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, taken := c.running[key]; taken || key == (callKey{}) {
		return func() {}
	}
	c.running[key] = cancel
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.running, key)
	}
}

func (c *calls) cancel(key callKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel, ok := c.running[key]; ok {
		cancel()
	}
}
