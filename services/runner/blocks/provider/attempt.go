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

// placeholder stands where the credential goes; the egress replaces it.
const placeholder = "credential-is-added-by-the-egress"

// attemptTimeout bounds one try. It is shorter than what a step may take, so that
// a provider that hangs is the provider's failure, and not the run's.
const attemptTimeout = 90 * time.Second

// patience is how a step tries again.
var patience = engine.Retry{Tries: 3, Wait: 500 * time.Millisecond, Longest: 10 * time.Second}

// usage is what one answer cost, as the provider counts.
type usage struct{ input, output int64 }

// request is one question to a provider, and how it is sent.
type request func(ctx context.Context, options []option.RequestOption) (text string, used usage, err error)

// ask sends a question until it is answered, fails for good, or the tries are
// used up. Every try is metered, whatever becomes of it.
func ask(ctx context.Context, call *engine.Call, to address, send request) (string, error) {
	if call.Outbound == nil {
		return "", errs.FailedPrecondition(errorsv1.Reason_REASON_ADDRESS_REFUSED, "this run may not call out")
	}
	var text string
	err := call.Attempts(ctx, patience, func(whole context.Context, attempt engine.Attempt) error {
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
