package sink

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// hard reports whether a failure fails the step. error_status reports a server that is
// unreachable or refuses the request; a withdrawn right fails the step.
func hard(ctx context.Context, err error) bool {
	if err == nil {
		return false
	}
	if ctx.Err() != nil {
		return true
	}
	if _, ours := errors.AsType[*errs.Error](err); !ours {
		return false
	}
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_ADDRESS_REFUSED, errorsv1.Reason_REASON_UNAVAILABLE,
		errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_PROVIDER_FAILED:
		return false
	}
	return true
}

// explain describes a failure for a stranger.
func explain(err error) string {
	if said, ok := errors.AsType[*refusal](err); ok {
		return said.Error()
	}
	if said, ok := errors.AsType[*saidNo](err); ok {
		return said.Error()
	}
	if fault, ok := errors.AsType[*engine.Fault](err); ok {
		return fault.Message
	}
	if ours, ok := errors.AsType[*errs.Error](err); ok {
		return ours.Message()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "the server did not answer within request_timeout"
	}
	return "the server could not be reached"
}

// refusal is the error of a server that took the request but did not do what it asked for.
type refusal struct {
	Status int
	// To is the target of a redirect that was not followed, empty if unknown.
	To string
}

// Error returns a text for a stranger.
func (r *refusal) Error() string {
	said := fmt.Sprintf("the server answered %d", r.Status)
	to, err := url.Parse(r.To)
	if err != nil || to.Host == "" || r.Status < 300 || r.Status > 399 {
		return said
	}
	return said + " and points to " + strings.TrimSuffix(to.Host, ":"+defaultPort(to.Scheme)) + "; not followed"
}

func defaultPort(scheme string) string {
	if scheme == "http" {
		return "80"
	}
	return "443"
}

// saidNo describes what a server refused, in words of this package.
type saidNo struct{ text string }

// Error returns a text for a stranger.
func (r *saidNo) Error() string { return r.text }
