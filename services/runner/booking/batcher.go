package booking

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/batch"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// maxEnds bounds the runs that one call reports, and maxEntries their steps and line items
	// together. These determine the size of the message.
	maxEnds    = 256
	maxEntries = 20_000
	// callTimeout bounds one call. Reporting a run is idempotent, so a caller tries again.
	callTimeout = 5 * time.Second
)

// Batcher reports the ends of runs to sharing. Runs that end at about the same time share a call,
// because a call costs more than booking a short run.
type Batcher struct {
	sharing sharinginternalv1.SharingInternalServiceClient
	batch   *batch.Batcher[*sharinginternalv1.RunEnd, *sharinginternalv1.Booking]
}

// NewBatcher makes a batcher that reports to the given sharing.
func NewBatcher(sharing sharinginternalv1.SharingInternalServiceClient) *Batcher {
	b := &Batcher{sharing: sharing}
	b.batch = batch.New(b.finish, batch.Options[*sharinginternalv1.RunEnd]{
		MaxItems: maxEnds, MaxWeight: maxEntries, Weight: entries, Timeout: callTimeout, Isolate: aboutOneRun,
	})
	return b
}

func entries(end *sharinginternalv1.RunEnd) int { return len(end.GetSteps()) + len(end.GetItems()) }

// Book reports a run together with others that end now.
func (b *Batcher) Book(ctx context.Context, end *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	return b.batch.Do(ctx, end)
}

// BookAlone reports a run in its own call, so that a slow report does not delay other runs.
func (b *Batcher) BookAlone(ctx context.Context, end *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	results, err := b.finish(ctx, []*sharinginternalv1.RunEnd{end})
	if err != nil {
		return nil, err
	}
	return results[0].Value, results[0].Err
}

// finish makes the call.
func (b *Batcher) finish(ctx context.Context, ends []*sharinginternalv1.RunEnd) ([]batch.Result[*sharinginternalv1.Booking], error) {
	answer, err := b.sharing.FinishRuns(ctx, &sharinginternalv1.FinishRunsRequest{Runs: ends})
	if err != nil {
		return nil, err
	}
	if len(answer.GetRuns()) != len(ends) {
		return nil, errs.Internal("the run could not be recorded; start it again")
	}
	results := make([]batch.Result[*sharinginternalv1.Booking], len(ends))
	for i, run := range answer.GetRuns() {
		results[i].Value, results[i].Err = resultOf(run)
	}
	return results, nil
}

// aboutOneRun distinguishes an error that one run of a message may cause from an error of the
// connection.
func aboutOneRun(err error) bool {
	switch errs.CodeOf(err) {
	case codes.OK, codes.Unavailable, codes.Canceled, codes.DeadlineExceeded:
		return false
	}
	return true
}

func resultOf(run *sharinginternalv1.FinishedRun) (*sharinginternalv1.Booking, error) {
	if booking := run.GetBooking(); booking != nil {
		return booking, nil
	}
	if refusal := run.GetError(); refusal != nil {
		return nil, errs.From(status.FromProto(refusal).Err())
	}
	return nil, errors.New("sharing returned no result for the run")
}
