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

// Failure is a call that the provider answered with an error or with something unreadable.
// It is a cause, for the log and the workflow's owner. Nobody else may see Excerpt.
type Failure struct {
	// Status is the provider's HTTP status, 0 for none.
	Status int
	// Excerpt is the beginning of the provider's error message.
	Excerpt string
	cause   error
}

// excerptLimit is the length of an excerpt, in characters.
const excerptLimit = 300

// Error returns the text for the log. It omits the excerpt, which may quote inputs.
func (f *Failure) Error() string {
	if f.Status != 0 {
		return fmt.Sprintf("provider status %d", f.Status)
	}
	return "provider: " + f.cause.Error()
}

// Unwrap returns the cause if the provider did not answer.
func (f *Failure) Unwrap() error {
	if f.Status != 0 {
		return nil
	}
	return f.cause
}

// errMalformed is an answer with a good status and an unreadable body.
var errMalformed = errors.New("the answer does not follow the protocol")

// failed classifies the error of a call. The end of the run and refusals of the egress pass
// unchanged. Every other error becomes the provider's failure, without the provider's
// words.
func failed(ctx context.Context, err error, answer *http.Response) error {
	if ours, ok := errors.AsType[*errs.Error](err); ok {
		// If the connection broke later, the provider may have done the work and charged
		// for it. So only calls that surely did not get that far are retried.
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

// mayPass reports whether another try may succeed.
func (f *Failure) mayPass() bool {
	switch f.Status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// fault returns the failure in words for a stranger.
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

// silent returns the failure of a provider that did not answer in time.
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

// retryAfter reads the Retry-After header as seconds, the form that providers use (RFC
// 9110, section 10.2.3).
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
