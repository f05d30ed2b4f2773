package booking

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	// maxEnds bounds the runs that are told of in one call, and maxEntries their steps
	// and line items together, by which a message grows.
	maxEnds    = 256
	maxEntries = 20_000
	// bookerYields is how often a call steps back before it takes what waits.
	bookerYields = 3
)

// Batcher tells sharing of the ends of runs: of those that end at about the same time in
// one call, which costs more than booking a short run does.
type Batcher struct {
	sharing sharinginternalv1.SharingInternalServiceClient

	mu   sync.Mutex
	open *crowd // that others may join, or nil
}

// crowd is the runs that are told of in one call. Who makes it makes the call.
type crowd struct {
	endings []*ending
	entries int
}

// ending is the end of a run and, after done, what became of it.
type ending struct {
	end     *sharinginternalv1.RunEnd
	done    chan struct{}
	booking *sharinginternalv1.Booking
	err     error
}

// NewBatcher makes a batcher that tells the given sharing.
func NewBatcher(sharing sharinginternalv1.SharingInternalServiceClient) *Batcher {
	return &Batcher{sharing: sharing}
}

func newEnding(end *sharinginternalv1.RunEnd) *ending {
	return &ending{end: end, done: make(chan struct{})}
}

// BookAlone books a run by itself: what it waits for at sharing holds up nobody else.
func (b *Batcher) BookAlone(ctx context.Context, end *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	e := newEnding(end)
	b.send(ctx, []*ending{e})
	return e.booking, e.err
}

// Book books a run with others that end now. The first to come lets whoever is about
// to end come too, and makes the call; when nobody is about to, that takes no time.
func (b *Batcher) Book(ctx context.Context, end *sharinginternalv1.RunEnd) (*sharinginternalv1.Booking, error) {
	e := newEnding(end)
	if c, first := b.join(e); first {
		for range bookerYields {
			runtime.Gosched()
		}
		b.send(ctx, b.close(c))
	}
	select {
	case <-e.done:
		return e.booking, e.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// join adds a run to the crowd that is open, or makes one.
func (b *Batcher) join(e *ending) (c *crowd, first bool) {
	entries := len(e.end.GetSteps()) + len(e.end.GetItems())
	b.mu.Lock()
	defer b.mu.Unlock()
	if first = b.open == nil || len(b.open.endings) == maxEnds || b.open.entries+entries > maxEntries; first {
		b.open = &crowd{}
	}
	b.open.endings = append(b.open.endings, e)
	b.open.entries += entries
	return b.open, first
}

// close lets nobody else into a crowd.
func (b *Batcher) close(c *crowd) []*ending {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == c {
		b.open = nil
	}
	return c.endings
}

// send makes the call and answers. What is wrong with one run must not fail the others:
// where that may be so, each is told of by itself.
func (b *Batcher) send(ctx context.Context, batch []*ending) {
	request := &sharinginternalv1.FinishRunsRequest{Runs: make([]*sharinginternalv1.RunEnd, len(batch))}
	for i, e := range batch {
		request.Runs[i] = e.end
	}
	answer, err := b.sharing.FinishRuns(ctx, request)
	if err == nil && len(answer.GetRuns()) != len(batch) {
		err = errs.Internal(errorsv1.Reason_REASON_INTERNAL, "sharing has not answered for all runs")
	}
	if len(batch) > 1 && aboutOne(err) {
		for _, e := range batch {
			b.send(ctx, []*ending{e})
		}
		return
	}
	for i, e := range batch {
		if e.err = err; err == nil {
			e.booking, e.err = resultOf(answer.GetRuns()[i])
		}
		close(e.done)
	}
}

// aboutOne tells what may be wrong with a message from what is wrong with the way.
func aboutOne(err error) bool {
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
	return nil, errors.New("sharing has not said what became of the run")
}
