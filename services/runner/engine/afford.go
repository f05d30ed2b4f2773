package engine

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Calling is implemented by blocks whose calls are bounded and may be charged.
type Calling interface {
	// LeastCalls returns the number of calls that a step makes for this many elements if no
	// call is retried.
	LeastCalls(env *Env, elements int) int
}

// affordable refuses a step that would reach its bound after it has made, and somebody has
// paid for, some of its calls.
func (x *execution) affordable() error {
	calling, ok := x.s.block.(Calling)
	if !ok || x.env.Calls == nil || len(x.rows) < 2 {
		return nil
	}
	needed := calling.LeastCalls(&x.env, len(x.rows))
	if needed < 2 {
		return nil
	}
	if most := x.env.Calls(x.s.Name); most >= 0 && needed > most {
		return errs.ResourceExhausted(errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED,
			"the step would make %d calls with a credential, and may make %d in one run; none was made; send at most %d elements in one run",
			needed, most, most)
	}
	return nil
}
