package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider/protocol"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Failure is a call that the provider answered with an error or with something unreadable.
// It is a cause, for the log and the workflow's owner. Nobody else may see Excerpt.
type Failure struct {
	// Status is the provider's HTTP status, 0 for none or a good one.
	Status int
	// Kind is what went wrong.
	Kind *protocol.Kind
	// Excerpt is the beginning of the provider's error message.
	Excerpt string
	cause   error
}

// excerptLimit is the length of an excerpt, in characters.
const excerptLimit = 300

// Error returns the text for the log. It omits the excerpt, which may quote inputs.
func (f *Failure) Error() string {
	switch {
	case f.Status != 0:
		return fmt.Sprintf("provider status %d, %s", f.Status, f.Kind.Name)
	case f.cause != nil:
		return "provider: " + f.cause.Error()
	}
	return "provider: " + f.Kind.Name
}

// Unwrap returns the cause if the provider did not answer.
func (f *Failure) Unwrap() error { return f.cause }

// complained is the failure of an answer with a bad status.
func complained(response *http.Response, said protocol.Complaint) error {
	kind := said.Kind(response.StatusCode)
	f := &Failure{Status: response.StatusCode, Kind: kind, Excerpt: excerpt(said.Message)}
	if kind.Retry {
		return engine.Retryable(f.fault(), retryAfter(response))
	}
	return f.fault()
}

// failed classifies the error of a call. The end of the run and refusals of the egress pass
// unchanged. Every other error becomes the provider's failure, without the provider's
// words. answer is nil unless it had a bad status.
func failed(ctx context.Context, err error, answer *http.Response) error {
	if ours, ok := errors.AsType[*errs.Error](err); ok {
		// If the connection broke later, the provider may have done the work and charged for
		// it. So only calls that certainly did not get that far are retried.
		if ours.Reason() == errorsv1.Reason_REASON_UNAVAILABLE {
			return engine.Retryable(ours, 0)
		}
		return ours
	}
	if known, ok := errors.AsType[*engine.Fault](err); ok {
		return known
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if answer != nil {
		return complained(answer, protocol.Complaint{})
	}
	if problem, ok := errors.AsType[*protocol.Problem](err); ok {
		return (&Failure{Kind: problem.Kind, Excerpt: excerpt(problem.Said)}).fault()
	}
	return (&Failure{Kind: protocol.Unusable, cause: err}).fault()
}

// fault describes the failure for a stranger.
func (f *Failure) fault() *engine.Fault {
	class, code := engine.StepExecution, codes.Aborted
	if f.Kind.Caller {
		class, code = engine.ClientCaused, codes.FailedPrecondition
	}
	message := "the provider " + f.Kind.Words
	if f.Status >= 400 {
		message = "the provider answered " + protocol.StatusText(f.Status) + ": it " + f.Kind.Words
	}
	public := errs.New(code, errorsv1.Reason_REASON_PROVIDER_FAILED, "%s", message).With("cause", f.Kind.Name)
	if f.Status >= 400 {
		public = public.With("status", strconv.Itoa(f.Status))
	}
	return engine.Failf(class, "%s", message).Because(public.Because(f))
}

// silent returns the failure of a provider that did not answer in time.
func silent() error {
	const message = "the provider did not answer in time"
	public := errs.New(codes.Aborted, errorsv1.Reason_REASON_PROVIDER_FAILED, message).With("cause", "no_answer")
	return engine.Failf(engine.StepExecution, message).Because(public)
}

func excerpt(said string) string {
	text := strings.Join(strings.Fields(strings.ToValidUTF8(said, "")), " ")
	if runes := []rune(text); len(runes) > excerptLimit {
		text = string(runes[:excerptLimit]) + "…"
	}
	return text
}

// retryAfter reads the Retry-After header as seconds, the form that providers use (RFC
// 9110, section 10.2.3).
func retryAfter(answer *http.Response) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(answer.Header.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}
