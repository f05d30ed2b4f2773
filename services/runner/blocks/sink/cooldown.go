package sink

import (
	"sync"
	"time"

	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// lastSent is the time at which a step last sent something in this run.
type lastSent struct {
	mu   sync.Mutex // guards when; of elements at the same time only one may send
	when time.Time
}

// steady reports whether the definition disables the cooldown with a constant.
func steady(step engine.Step) bool {
	seconds, ok := value.Float(step.Fields["cooldown_seconds"])
	off, constant := step.Fields["disable_sink"].(bool)
	return ok && seconds == 0 && constant && !off
}

// cooldown lets a sink send at most once per interval.
type cooldown struct {
	// steady: it sends for each element.
	steady bool
}

// LeastCalls implements engine.Calling.
func (c cooldown) LeastCalls(env *engine.Env, elements int) int {
	if !c.steady || !env.Sinks {
		return 0
	}
	return elements
}

// held explains why a sink does not send now. It returns false if it may send.
func held(call *engine.Call) (engine.Result, bool) {
	switch off, _ := call.Arg("disable_sink").(bool); {
	case off:
		return report(false, false, messageDisabled), true
	case !call.Sinks || call.Outbound == nil:
		return report(false, false, messageOff), true
	case !cool(call):
		return report(false, true, messageCooldown), true
	}
	return engine.Result{}, false
}

// cool reports whether the step may send now, and if so starts the next cooldown. The state
// is per run, because runs may belong to different people and one must not silence another.
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
