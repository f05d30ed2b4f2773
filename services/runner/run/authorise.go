package run

import (
	"context"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

// maxAsked bounds how often sharing may ask for more about one run: the definition
// may change in between, but not for ever.
const maxAsked = 3

// authorise asks sharing for the run, and once more where inputs decide models,
// which sharing learns of from the definition.
func (r *run) authorise(ctx context.Context) error {
	for range maxAsked {
		if err := r.ask(ctx); err != nil {
			return err
		}
		names := r.allowed.GetModelInputs()
		if len(names) == 0 {
			return nil
		}
		if err := r.tellModels(names); err != nil {
			return err
		}
	}
	return errs.Aborted(errorsv1.Reason_REASON_CONFLICT, "the workflow was changed while the run began; try again")
}

// ask makes one request. Asking again under the same id gives the same answer, so a
// sharing that is being replaced costs a moment and no run.
func (r *run) ask(ctx context.Context) error {
	err := retry.Do(ctx, callRetries, isUnavailable, func() (err error) {
		r.allowed, err = r.deps.Sharing.AuthorizeRun(ctx, r.order.Target)
		return err
	})
	if err == nil {
		return nil
	}
	r.unauthorised(ctx, err)
	return errs.From(err)
}

// maxModelID is longer than the id of any model. What is longer is not sent.
const maxModelID = 256

// tellModels adds to the request the values of inputs that decide models.
func (r *run) tellModels(names []string) error {
	wrong := errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "an input that decides a model must be the id of one, a text")
	values := map[string]string{}
	for _, name := range names {
		id, isText := r.order.Inputs[name].(string)
		if !isText || utf8.RuneCountInString(id) > maxModelID {
			wrong = wrong.Field("inputs."+name, "must be the id of a model, a text")
			continue
		}
		values[name] = id
	}
	if len(wrong.Violations()) > 0 {
		return wrong
	}
	r.order.Target.ModelInputs = values
	return nil
}

// callRetries are for calls that may be made twice under the same id.
var callRetries = retry.Policy{First: 50 * time.Millisecond, Factor: 4, Max: time.Second, Attempts: 3}

func isUnavailable(err error) bool { return errs.CodeOf(err) == codes.Unavailable }

// releaseWithin bounds the attempt to release a run that may not exist.
const releaseWithin = 2 * time.Second

// unauthorised releases a run of which it is not known whether sharing has
// authorised it, because the answer was lost. If this is lost too, sharing finds
// that nobody renews the run.
func (r *run) unauthorised(ctx context.Context, err error) {
	switch errs.CodeOf(err) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(onGrantAlone(ctx)), releaseWithin)
	defer cancel()
	_, err = r.deps.Batcher.BookAlone(ctx, &sharinginternalv1.RunEnd{
		Run: r.id, Proof: r.proof, State: sharingv1.RunState_RUN_STATE_CANCELLED, Reason: reasonName(errorsv1.Reason_REASON_CANCELLED),
	})
	if err != nil {
		r.deps.Logger.InfoContext(ctx, "run of unknown state left to sharing", "run", r.id, "error", err)
	}
}
