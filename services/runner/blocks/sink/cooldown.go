package sink

import (
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// lastSent is when a step last sent something in this run.
type lastSent struct {
	mu   sync.Mutex
	when time.Time
}

// steady reports whether the definition itself says that there is no cooldown.
func steady(step engine.Step) bool {
	seconds, ok := value.Float(step.Fields["cooldown_seconds"])
	off, constant := step.Fields["disable_sink"].(bool)
	return ok && seconds == 0 && constant && !off
}

// LeastCalls implements engine.Calling.
func (b *webhook) LeastCalls(env *engine.Env, elements int) int {
	if !b.steady || !env.Sinks {
		return 0
	}
	return elements
}

// cool tells whether the step may send again, and if so starts the next
// cooldown. It is kept for a run: runs may be different people's, and one
// person's must not silence another's.
func cool(call *engine.Call) bool {
	seconds, ok := value.Float(call.Arg("cooldown_seconds"))
	if !ok {
		seconds = 5
	}
	last := call.State("last-sent", func() any { return &lastSent{} }).(*lastSent)
	last.mu.Lock()
	defer last.mu.Unlock()
	now := call.Now()
	if !last.when.IsZero() && now.Sub(last.when).Seconds() < seconds {
		return false
	}
	last.when = now
	return true
}
