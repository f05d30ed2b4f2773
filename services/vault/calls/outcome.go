package calls

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/withholding"
)

// outcomeOf is the outcome in an attempt's row: "ok", or "failed" with the provider's status or the kind of
// failure.
func outcomeOf(ctx context.Context, status int, err error) string {
	if err == nil && status < 400 {
		return "ok"
	}
	if err == nil {
		return "failed " + strconv.Itoa(status)
	}
	e, ok := errors.AsType[*egress.Error](err)
	switch {
	case ok && e.Unsent:
		return attempts.NotSent + " " + publicKind(e).String()
	case revocation.Cause(ctx) != nil:
		return "failed revoked"
	case ok:
		return "failed " + publicKind(e).String()
	default:
		return "failed canceled"
	}
}

// publicKind is the kind of a failure for the attempt's row. The members of a workspace read it, so like
// runnerError it does not tell a refused address from an unknown name.
func publicKind(e *egress.Error) egress.Kind {
	if e.Reveals == egress.Network {
		return egress.Unreachable
	}
	return e.Kind
}

// runnerError is the error that the runner gets for a failed call. It hides
//
//   - from everyone, that an answer held a secret: it looks like a failed provider, so the guard confirms no guess;
//   - from everyone, which names and addresses exist in the operator's network;
//   - from visitors of a link, what the operator lists and what listens there.
func runnerError(ctx context.Context, err error, stranger bool) error {
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
		return errs.InvalidArgument("%s", e.Message)
	case egress.RefusedDestination, egress.RefusedAddress, egress.RefusedRedirect:
		return addressRefused(e)
	case egress.TooLarge:
		return errs.ResourceExhausted(errorsv1.Reason_REASON_RESULT_TOO_LARGE, "%s", e.Message)
	case egress.Timeout:
		return errs.DeadlineExceeded("%s", e.Message).WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED)
	case egress.Canceled:
		return errs.Canceled(errorsv1.Reason_REASON_CANCELLED, "%s", e.Message)
	case egress.Reflected, egress.BadResponse, egress.Unreachable:
		return withholding.ProviderFailed()
	default:
		return errs.Unavailable("%s", e.Message).WithReason(errorsv1.Reason_REASON_PROVIDER_FAILED)
	}
}

// withheldError is the error that the runner gets for an answer that held a secret. The owner of the credential
// learns the provider's status. For a visitor it is the error of any failed provider.
func withheldError(h *handle, status int) error {
	if h.Share != "" || status == 0 {
		return withholding.ProviderFailed()
	}
	text := strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
	return errs.FailedPrecondition(errorsv1.Reason_REASON_PROVIDER_FAILED,
		"the provider answered %s, and its answer was withheld because it repeats the key", text).With("status", strconv.Itoa(status))
}

// logFailure logs for the operator what runnerError withholds.
func (s *InternalHandlers) logFailure(ctx context.Context, run, step string, err error) {
	e, ok := errors.AsType[*egress.Error](err)
	if !ok || e.Kind == egress.Canceled {
		return
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "outbound call failed", slog.String("run", run), slog.String("step", step),
		slog.String("kind", e.Kind.String()), slog.String("reason", e.Message))
}

// addressRefused is the error of a call to an address that may not be called.
func addressRefused(err error) error {
	message := "the address may not be called"
	if e, ok := errors.AsType[*egress.Error](err); ok {
		message = e.Message
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_ADDRESS_REFUSED, "%s", message)
}

// auditRefusal tells the owner of a right that its use was refused, and returns the error. A fault of the system
// is no refusal.
func (s *InternalHandlers) auditRefusal(ctx context.Context, h *handle, err error) error {
	if cause := revocation.Cause(ctx); cause != nil { // the other error only follows from it
		err = cause
	}
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_INTERNAL, errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED:
		return err
	}
	e := s.audit.Event(audit.PeerOf(ctx, h.Peer), h.Workspace, "handle.refused", h.credentialLabel())
	e.Outcome = strings.ToLower(strings.TrimPrefix(errs.ReasonOf(err).String(), "REASON_"))
	for k, v := range map[string]string{
		"run": h.Run, "step": h.Step, "field": h.Field, "attempt": strconv.FormatInt(h.Attempt, 10), "share": h.Share, "destination": h.Destination,
	} {
		if v != "" {
			e.Details[k] = v
		}
	}
	s.audit.Refused(ctx, e)
	return err
}

// end writes the outcome of an attempt, even if its caller has left: the owner is charged by the outcome.
func (s *InternalHandlers) end(ctx context.Context, a attempts.Attempt, outcome string) {
	class, _, _ := strings.Cut(outcome, " ")
	s.outcomes.WithLabelValues(class).Inc()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := s.attempts.End(ctx, a, sqldb.Micros(s.now()), outcome); err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "writing the outcome of an attempt failed", slog.String("run", a.Run), slog.Any("error", err))
	}
}
