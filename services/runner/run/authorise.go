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

// maxAsked bounds how often sharing may ask for more about one run. The definition may change
// between two requests.
const maxAsked = 3

// authorise asks sharing for the run. If inputs choose models, sharing names these inputs and is
// asked again with their values.
func (r *run) authorise(ctx context.Context) error {
	for range maxAsked {
		if err := r.ask(ctx); err != nil {
			return err
		}
		names := r.allowed.GetModelInputs()
		if len(names) == 0 {
			return nil
		}
		if err := r.addModelInputs(names); err != nil {
			return err
		}
	}
	return errs.Aborted(errorsv1.Reason_REASON_CONFLICT, "the workflow changed while the run started; try again")
}

// ask makes one request. A request that is repeated under the same id gets the same answer, so the
// run survives a restart of sharing.
func (r *run) ask(ctx context.Context) error {
	err := retry.Do(ctx, callRetries, isUnavailable, func() (err error) {
		r.allowed, err = r.deps.Sharing.AuthorizeRun(ctx, r.order.Target)
		return err
	})
	if err == nil {
		return nil
	}
	r.releaseIfUnknown(ctx, err)
	return errs.From(err)
}

// maxModelID is longer than the id of any model, in characters. Longer values are not sent.
const maxModelID = 256

// addModelInputs adds the values of the inputs that choose models to the request.
func (r *run) addModelInputs(names []string) error {
	wrong := errs.InvalidArgument("an input that chooses a model must be a model ID (a string)").WithReason(errorsv1.Reason_REASON_INPUT_INVALID)
	values := map[string]string{}
	for _, name := range names {
		id, isText := r.order.Inputs[name].(string)
		if !isText || utf8.RuneCountInString(id) > maxModelID {
			wrong = wrong.Field("inputs."+name, "must be a model ID, as a string")
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

// releaseTimeout bounds the attempt to release a run that may not exist.
const releaseTimeout = 2 * time.Second

// releaseIfUnknown releases a run that sharing may have authorised although the answer was lost. If
// this call is lost too, sharing ends the run because nobody renews it.
func (r *run) releaseIfUnknown(ctx context.Context, err error) {
	switch errs.CodeOf(err) {
	case codes.Canceled, codes.DeadlineExceeded, codes.Unavailable:
	default:
		return
	}
	// The caller has probably left: that is why the answer is unknown.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(dropCaller(ctx)), releaseTimeout)
	defer cancel()
	_, err = r.deps.Batcher.BookAlone(ctx, &sharinginternalv1.RunEnd{
		Run: r.id, Proof: r.proof, State: sharingv1.RunState_RUN_STATE_CANCELLED, Reason: reasonName(errorsv1.Reason_REASON_CANCELLED),
	})
	if err != nil {
		r.deps.Logger.InfoContext(ctx, "run of unknown state not released; sharing will end it", "run", r.id, "error", err)
	}
}
