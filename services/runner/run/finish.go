package run

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

// The report of a run has its own deadline: the run is booked even if the caller leaves.
const (
	reportTimeout  = 20 * time.Second
	attemptTimeout = 5 * time.Second
)

// reportRetries lasts until reportTimeout. A repeated report is safe: sharing books a run once.
var reportRetries = retry.Policy{First: 50 * time.Millisecond, Factor: 2, Max: 2 * time.Second}

// mayBook reports whether another report may succeed. An internal error counts: a report is safe
// to repeat, and outputs are withheld without it.
func mayBook(err error) bool { return errs.IsRetryable(err) || errs.CodeOf(err) == codes.Internal }

// finish reports to sharing how the run ended and what it used, and ends its lease. If the report
// fails the outputs are withheld: sharing then ends the run like one whose runner died.
func (r *run) finish(ctx context.Context, outputs []map[string]any, failure *errs.Error, leaving [][]byte) (*sharinginternalv1.Booking, error) {
	defer r.deps.Runs.Remove(r.id) // last, because without renewals sharing would end the run during its report
	if failure != nil {
		r.steps.Blame(failure.Metadata()["step"], reasonName(failure.Reason()))
	}
	end := &sharinginternalv1.RunEnd{
		Run: r.id, Proof: r.proof, State: stateOf(failure), Items: r.ledger.List(), Steps: r.steps.List(),
		Unused: r.unused(failure), Leaving: leaving, Pictures: r.brought,
	}
	if failure == nil {
		end.Example = r.example(outputs)
	} else {
		end.Reason = reasonName(failure.Reason())
		end.Message = r.redactor.Text(cut(failure.Message(), maxMessage))
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), reportTimeout)
	defer cancel()
	var booking *sharinginternalv1.Booking
	err := retry.Do(ctx, reportRetries, mayBook, func() (err error) {
		booking, err = r.book(ctx, end)
		return err
	})
	if err != nil && end.GetUnused() && errs.CodeOf(err) == codes.NotFound { // sharing keeps nothing of an unused run
		return nil, nil //nolint:nilnil // there is no booking
	}
	if err != nil {
		r.deps.Logger.ErrorContext(ctx, "run not booked", "run", r.id, "error", err)
		return nil, errs.Aborted(errorsv1.Reason_REASON_UNAVAILABLE,
			"the run could not be recorded, so its outputs are withheld; start it again").Because(err)
	}
	return booking, nil
}

// book makes one report. For a run with a grant sharing asks the vault what the run did, which
// takes longer, so such a run delays no other.
func (r *run) book(ctx context.Context, end *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	if r.allowed.GetGrant() != "" {
		return r.deps.Batcher.BookAlone(ctx, end)
	}
	return r.deps.Batcher.Book(ctx, end)
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
