package run

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/inputs"
)

// maxMessage bounds the message that sharing stores, in characters.
const maxMessage = 2000

// contextStep is the context of a failed step in Roboflow's engine, which clients know.
const contextStep = "workflow_execution | step_execution"

// explain tells the caller why a run failed. The reason why its context ended comes first, because
// other failures follow from it.
func (r *run) explain(ctx context.Context, err error) *errs.Error {
	if cause := context.Cause(ctx); cause != nil {
		return errs.From(cause)
	}
	var failure *errs.Error
	if fault, ok := errors.AsType[*engine.Fault](err); ok {
		failure = r.faulted(fault)
	} else {
		failure = errs.From(err)
	}
	if message := r.redactor.Text(failure.Message()); message != failure.Message() {
		failure = errs.New(failure.Code(), failure.Reason(), "%s", message).Because(failure)
	}
	return failure
}

// faulted describes a fault of the engine. If its cause has a public reason, it is used.
func (r *run) faulted(f *engine.Fault) *errs.Error {
	if f.Class == engine.RuntimeInput {
		return inputFault(f)
	}
	code, reason := codeOf(f.Class)
	message := f.Message
	cause, public := errors.AsType[*errs.Error](f.Unwrap())
	if public {
		code, reason = cause.Code(), cause.Reason()
	} else if errors.Is(f.Unwrap(), context.DeadlineExceeded) {
		code, reason = codes.DeadlineExceeded, errorsv1.Reason_REASON_DEADLINE_EXCEEDED
	}
	if f.Step != "" {
		message = "the step \"" + f.Step + "\" failed: " + message
	}
	e := errs.New(code, reason, "%s", message).Because(f).
		With("errorType", string(f.Class)).With("innerErrorType", string(f.Class)).With("context", contextStep)
	if f.Step != "" {
		e = e.With("step", f.Step).With("blockType", f.BlockType)
	}
	if public {
		for key, v := range cause.Metadata() {
			e = e.With(key, v)
		}
		e = e.RetryAfter(cause.Delay())
	}
	return e
}

// forOwner adds the message of a provider, for the workflow's owner and nobody else: an owner may
// need it, and a stranger must not see it. It is not booked.
func (r *run) forOwner(failure *errs.Error) *errs.Error {
	said, ok := errors.AsType[*provider.Failure](failure)
	if !ok || said.Excerpt == "" || r.allowed.GetPreview() {
		return failure
	}
	return failure.With("providerMessage", r.redactor.Text(said.Excerpt))
}

// refused adds to an error of a run that was not authorised that it does not count, unless
// this is unknown.
func refused(err error) error {
	switch errs.CodeOf(err) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable, codes.Internal:
		return err
	}
	return counted(errs.From(err), false)
}

// counted adds to a failure whether the run counts against the limits.
func counted(failure *errs.Error, counts bool) *errs.Error {
	return failure.With("counted", strconv.FormatBool(counts))
}

func codeOf(class engine.Class) (codes.Code, errorsv1.Reason) {
	switch class {
	case engine.LimitsCaused:
		return codes.ResourceExhausted, errorsv1.Reason_REASON_RESULT_TOO_LARGE
	case engine.EngineRuntime, engine.InvalidBehaviour:
		return codes.Internal, errorsv1.Reason_REASON_STEP_FAILED
	}
	return codes.FailedPrecondition, errorsv1.Reason_REASON_STEP_FAILED
}

func inputFault(f *engine.Fault) *errs.Error {
	e := errs.InvalidArgument("%s", f.Message).WithReason(errorsv1.Reason_REASON_INPUT_INVALID).Because(f)
	if f.Input != "" {
		e = e.Field("inputs."+f.Input, f.Message)
	}
	if f.Step != "" {
		e = e.With("step", f.Step).With("blockType", f.BlockType)
	}
	return inputs.Refusal(e)
}

func reasonName(reason errorsv1.Reason) string {
	return strings.TrimPrefix(reason.String(), "REASON_")
}

// cut shortens a text to a number of characters.
func cut(text string, length int) string {
	runes := []rune(text)
	if len(runes) <= length {
		return text
	}
	return string(runes[:length-1]) + "…"
}
