package calls

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// outcomeOf is what an attempt's row says of its end: "ok", or "failed" with the
// provider's status or the kind of failure.
func outcomeOf(ctx context.Context, status int, err error) string {
	if err == nil {
		return statusOutcome(status)
	}
	e, ok := errors.AsType[*egress.Error](err)
	switch {
	case ok && e.Unsent:
		return attempts.NotSent + " " + kindOf(e).String()
	case revocation.Cause(ctx) != nil:
		return "failed revoked"
	case ok:
		return "failed " + kindOf(e).String()
	default:
		return "failed canceled"
	}
}

// kindOf is the kind of a failure for the attempt's row, which a workspace's members
// read: like answerError it does not tell a refused address from an unknown name.
func kindOf(e *egress.Error) egress.Kind {
	if e.Reveals == egress.Network {
		return egress.Unreachable
	}
	return e.Kind
}

// answerError is what the runner gets of a failed call. That an answer held a secret
// looks like any failure of the provider's: the guard must not be asked. Which names
// and addresses the operator's network has is told to nobody, and what the operator
// lists, or what listens there, not to a stranger who came through a link.
func answerError(ctx context.Context, err error, stranger bool) error {
	if err == nil {
		return nil
	}
	if e := revocation.Cause(ctx); e != nil {
		return e
	}
	e, ok := errors.AsType[*egress.Error](err)
	if !ok {
		return err
	}
	if e.Reveals == egress.Network || stranger && (e.Reveals != egress.Nothing || e.Kind == egress.TLS) {
		return withholding.ProviderFailed()
	}
	switch e.Kind {
	case egress.RefusedRequest:
		return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "%s", e.Message)
	case egress.RefusedDestination, egress.RefusedAddress, egress.RefusedRedirect:
		return refusedURL(e)
	case egress.TooLarge:
		return errs.ResourceExhausted(errorsv1.Reason_REASON_RESULT_TOO_LARGE, "%s", e.Message)
	case egress.Timeout:
		return errs.DeadlineExceeded(errorsv1.Reason_REASON_PROVIDER_FAILED, "%s", e.Message)
	case egress.Canceled:
		return errs.Canceled(errorsv1.Reason_REASON_CANCELLED, "%s", e.Message)
	case egress.Reflected, egress.BadResponse, egress.Unreachable:
		return withholding.ProviderFailed()
	default:
		return errs.Unavailable(errorsv1.Reason_REASON_PROVIDER_FAILED, "%s", e.Message)
	}
}

// answerWithheld is what the runner gets of an answer that held the secret. The owner of
// the credential learns the provider's status. A visitor of a hidden credential must not
// be able to tell this from any other failure.
func answerWithheld(h *handle, status int) error {
	if h.Share != "" || status == 0 {
		return withholding.ProviderFailed()
	}
	said := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	return errs.FailedPrecondition(errorsv1.Reason_REASON_PROVIDER_FAILED,
		"the provider answered %s, and its answer was withheld because it repeats the key", said).With("status", strconv.Itoa(status))
}

// logFailure keeps for the operator what answerError does not tell.
func (s *InternalHandlers) logFailure(ctx context.Context, run, step string, err error) {
	e, ok := errors.AsType[*egress.Error](err)
	if !ok || e.Kind == egress.Canceled {
		return
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "an outbound call failed", slog.String("run", run), slog.String("step", step),
		slog.String("kind", e.Kind.String()), slog.String("why", e.Message))
}

func refusedURL(err error) error {
	message := "the address may not be called"
	if e, ok := errors.AsType[*egress.Error](err); ok {
		message = e.Message
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_ADDRESS_REFUSED, "%s", message)
}
