package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openai/openai-go/v3"
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// Failure is a call that a provider answered with an error, or with something
// that is not an answer. It is a cause, kept for the log and for the workflow's
// owner: nobody else may see Excerpt.
type Failure struct {
	// Status is the provider's HTTP status, 0 for none.
	Status int
	// Excerpt is the beginning of what the provider said of the error.
	Excerpt string
	cause   error
}

// excerptLimit keeps the excerpt to what a person reads.
const excerptLimit = 300

// Error is for the log, so it does not have the excerpt, which may echo inputs.
func (f *Failure) Error() string {
	if f.Status != 0 {
		return fmt.Sprintf("provider status %d", f.Status)
	}
	return "provider: " + f.cause.Error()
}

// Unwrap returns the cause where it is no answer of the provider.
func (f *Failure) Unwrap() error {
	if f.Status != 0 {
		return nil
	}
	return f.cause
}

// errMalformed is an answer of the right status that cannot be read.
var errMalformed = errors.New("the answer is not of the protocol")

// failed sorts a failed call: what ended the run or was refused on the way out
// passes as it is, the rest is the provider's failure, told to a stranger
// without the provider's words.
func failed(ctx context.Context, err error, answer *http.Response) error {
	if ours, ok := errors.AsType[*errs.Error](err); ok {
		// Where a call broke off the provider may have done its work and charged for
		// it, so only what did not get that far is tried again.
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
	failure := &Failure{cause: err}
	if answer != nil {
		failure.Status = answer.StatusCode
		failure.Excerpt = excerpt(err)
	}
	fault := failure.fault()
	if failure.mayPass() {
		return engine.Retryable(fault, retryAfter(answer))
	}
	return fault
}

// mayPass tells whether another try may do better.
func (f *Failure) mayPass() bool {
	switch f.Status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// fault is the failure for a stranger.
func (f *Failure) fault() *engine.Fault {
	class, code := engine.StepExecution, codes.Aborted
	if f.Status >= 400 && f.Status < 500 {
		class, code = engine.ClientCaused, codes.FailedPrecondition
	}
	message := "the provider did not give a usable answer"
	if f.Status >= 400 {
		message = strings.TrimSpace(fmt.Sprintf("the provider answered %d %s", f.Status, http.StatusText(f.Status)))
	}
	public := errs.New(code, errorsv1.Reason_REASON_PROVIDER_FAILED, "%s", message)
	if f.Status >= 400 {
		public = public.With("status", strconv.Itoa(f.Status))
	}
	return engine.Failf(class, "%s", message).Because(public.Because(f))
}

// silent is the failure of a provider that did not answer in time.
func silent() error {
	const message = "the provider did not answer in time"
	public := errs.New(codes.Aborted, errorsv1.Reason_REASON_PROVIDER_FAILED, message)
	return engine.Failf(engine.StepExecution, message).Because(public)
}

func excerpt(err error) string {
	said, ok := errors.AsType[*openai.Error](err)
	if !ok {
		return ""
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(said.Message, "")), " ")
	if runes := []rune(text); len(runes) > excerptLimit {
		text = string(runes[:excerptLimit]) + "…"
	}
	return text
}

// retryAfter reads the header in its form of seconds, the one that providers use.
func retryAfter(answer *http.Response) time.Duration {
	if answer == nil {
		return 0
	}
	seconds, err := strconv.Atoi(strings.TrimSpace(answer.Header.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, time.Hour)
}
