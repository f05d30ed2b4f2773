package provider

import (
	"context"
	"net/http"
	"time"

	"github.com/openai/openai-go/v3/option"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// placeholder stands in for the credential until the egress replaces it.
const placeholder = "credential-is-added-by-the-egress"

// attemptTimeout bounds one try. It is shorter than the time of a step, so that a provider
// that hangs is reported as the provider's failure and not as the run's.
const attemptTimeout = 90 * time.Second

// retryPolicy is the policy of all blocks here.
var retryPolicy = engine.Retry{Tries: 3, Wait: 500 * time.Millisecond, Longest: 10 * time.Second}

// usage is the number of tokens of one answer, as the provider counts them.
type usage struct{ input, output int64 }

// request sends one question to a provider.
type request func(ctx context.Context, options []option.RequestOption) (text string, used usage, err error)

// ask repeats a question until it is answered, the failure is final or no try is left.
// Every try is metered, even if it fails.
func ask(ctx context.Context, call *engine.Call, to address, send request) (string, error) {
	if call.Outbound == nil {
		return "", errs.FailedPrecondition(errorsv1.Reason_REASON_ADDRESS_REFUSED, "this run may not make outbound calls")
	}
	var text string
	err := call.Attempts(ctx, retryPolicy, func(whole context.Context, attempt engine.Attempt) error {
		ctx, cancel := context.WithTimeout(whole, attemptTimeout)
		defer cancel()
		client, err := call.Outbound.Client(ctx, attempt, to.slots...)
		if err != nil {
			return failed(whole, err, nil)
		}
		answer, used, err := once(ctx, client, to, send)
		if ctx.Err() != nil && whole.Err() == nil {
			err = silent()
		}
		call.Use(engine.Use{
			Attempt: attempt, Slot: to.metered(), Calls: 1,
			InputTokens: used.input, OutputTokens: used.output,
		})
		text = answer
		return err
	})
	return text, err
}

func once(ctx context.Context, client *http.Client, to address, send request) (string, usage, error) {
	var answer *http.Response
	options := []option.RequestOption{
		option.WithHTTPClient(client), option.WithBaseURL(to.base),
		option.WithMaxRetries(0), option.WithResponseInto(&answer),
	}
	for _, p := range to.query {
		options = append(options, option.WithQueryAdd(p[0], p[1]))
	}
	if len(to.slots) > 0 {
		options = append(options, option.WithAPIKey(placeholder))
	}
	text, used, err := send(ctx, options)
	if err != nil {
		return "", used, failed(ctx, err, answer)
	}
	return text, used, nil
}
