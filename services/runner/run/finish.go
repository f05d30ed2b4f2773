package run

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Booking has a time of its own: a caller that gave up does not undo what was
// used. Sharing books a run once, however often it is told.
const (
	bookWithin     = 20 * time.Second
	bookTryWithin  = 5 * time.Second
	bookFirstPause = 50 * time.Millisecond
	bookLastPause  = 2 * time.Second
)

// finish tells sharing how the run ended and what it used, and ends its lease.
// If that cannot be said the outputs are withheld: sharing settles the run as
// one whose runner died.
func (r *run) finish(ctx context.Context, failure *errs.Error, leaving [][]byte) (*sharinginternalv1.Booking, error) {
	defer r.deps.Runs.Remove(r.id)
	end := &sharinginternalv1.RunEnd{
		Run: r.id, Proof: r.proof, State: stateOf(failure), Items: r.ledger.List(), Steps: r.steps.List(),
		Unused: r.unused(failure), Leaving: leaving, Pictures: r.brought,
	}
	if failure != nil {
		end.Reason = reasonName(failure.Reason())
		end.Message = r.redactor.Text(cut(failure.Message(), maxMessage))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookWithin)
	defer cancel()
	pause := bookFirstPause
	for {
		answer, err := r.book(ctx, end)
		if err == nil || end.GetUnused() && errs.CodeOf(err) == codes.NotFound { // of an unused run nothing stays
			return answer, nil
		}
		if !passing(err) || !rest(ctx, pause) {
			r.deps.Logger.ErrorContext(ctx, "run could not be booked", "run", r.id, "error", err)
			return nil, errs.Aborted(errorsv1.Reason_REASON_UNAVAILABLE,
				"the run could not be booked, so its outputs are withheld").Because(err)
		}
		pause = min(2*pause, bookLastPause)
	}
}

// book tells sharing once. A run that had a grant may have asked something of the vault,
// which sharing then asks.
func (r *run) book(ctx context.Context, end *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	ctx, cancel := context.WithTimeout(ctx, bookTryWithin)
	defer cancel()
	if r.allowed.GetGrant() != "" {
		return r.deps.Batcher.BookAlone(ctx, end)
	}
	return r.deps.Batcher.Book(ctx, end)
}

// passing tells whether saying it again may help.
func passing(err error) bool {
	switch errs.CodeOf(err) {
	case codes.Unavailable, codes.DeadlineExceeded, codes.Aborted, codes.Internal, codes.ResourceExhausted:
		return true
	}
	return false
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func stateOf(failure *errs.Error) sharingv1.RunState {
	if failure == nil {
		return sharingv1.RunState_RUN_STATE_SUCCEEDED
	}
	switch failure.Reason() {
	case errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_RUN_REVOKED, errorsv1.Reason_REASON_SHARE_PAUSED:
		return sharingv1.RunState_RUN_STATE_CANCELLED
	}
	return sharingv1.RunState_RUN_STATE_FAILED
}
