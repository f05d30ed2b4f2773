package memory

import (
	"context"
	"sync"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// maxKeys bounds the values that the steps of a run keep.
const maxKeys = 10_000

// cache has the values that the steps of a run keep, by video and key. The order of two steps
// that do not depend on each other is undefined.
type cache struct {
	mu     sync.Mutex // guards values
	values map[[2]string]any
}

func cacheOf(call *engine.Call) (*cache, [2]string, error) {
	at, err := video.Of(call, "image")
	c := call.Shared("cache", func() any { return &cache{values: map[[2]string]any{}} }).(*cache)
	return c, [2]string{at.Video, argument.Text(call, "key")}, err
}

// store keeps a value.
func store(_ context.Context, call *engine.Call) (engine.Result, error) {
	c, key, err := cacheOf(call)
	if err != nil {
		return engine.None(), err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.values[key]; !ok && len(c.values) >= maxKeys {
		return engine.None(), engine.Failf(engine.LimitsCaused, "the run keeps more than %d values; use fewer keys", maxKeys)
	}
	c.values[key] = call.Arg("value")
	return engine.One(engine.Outputs{"output": call.Arg("value")}), nil
}

// recall returns a kept value, or false.
func recall(_ context.Context, call *engine.Call) (engine.Result, error) {
	c, key, err := cacheOf(call)
	if err != nil {
		return engine.None(), err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.values[key]
	if !ok {
		v = false
	}
	return engine.One(engine.Outputs{"output": v}), nil
}
