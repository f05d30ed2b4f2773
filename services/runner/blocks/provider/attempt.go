package provider

import (
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// attemptTimeout bounds one try. It is shorter than the time of a step, so that a provider
// that hangs is reported as the provider's failure and not as the run's.
const attemptTimeout = 90 * time.Second

// retryPolicy is the policy of all blocks here.
var retryPolicy = engine.Retry{Tries: 3, Wait: 500 * time.Millisecond, Longest: 10 * time.Second}

// ask asks a model a question.
func ask(ctx context.Context, call *engine.Call, to address, p protocol.Protocol, q protocol.Question) (protocol.Answer, error) {
	request, err := p.Request(q)
	if err != nil {
		return protocol.Answer{}, failed(ctx, err, nil)
	}
	var answer protocol.Answer
	x, err := jsonExchange(request, func(body []byte) (usage protocol.Usage, err error) {
		answer, err = p.Answer(body)
		return answer.Usage, err
	})
	if err != nil {
		return answer, err
	}
	return answer, attempts(ctx, call, to, x)
}

// attempts repeats a request until it is answered, the failure is final or no try is left.
// Every try is metered, even if it fails.
func attempts(ctx context.Context, call *engine.Call, to address, x exchange) error {
	if call.Outbound == nil {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_ADDRESS_REFUSED, "this run may not make outbound calls")
	}
	return call.Attempts(ctx, retryPolicy, func(whole context.Context, attempt engine.Attempt) error {
		ctx, cancel := context.WithTimeout(whole, attemptTimeout)
		defer cancel()
		client, err := call.Outbound.Client(ctx, attempt, to.slots...)
		if err != nil {
			return failed(whole, err, nil)
		}
		used, err := x.once(ctx, client, to)
		if ctx.Err() != nil && whole.Err() == nil {
			err = silent()
		}
		call.Use(engine.Use{
			Attempt: attempt, Slot: to.metered(), Calls: 1,
			InputTokens: used.Input, OutputTokens: used.Output,
		})
		return err
	})
}
