package runner

import (
	"context"
	"log/slog"
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// How often the right of every run is asked after, and how long a run may go on
// without an answer. Together with sharing's own latency the first keeps a
// revocation under a second; the second is what fails closed.
const (
	renewEvery  = 500 * time.Millisecond
	renewWithin = 2 * time.Second
	renewGrace  = 10 * time.Second
	// renewAtOnce is as many runs as one request may name.
	renewAtOnce = 10000
)

// inflight knows the runs that go on here, so that they can be ended.
type inflight struct {
	sharing sharinginternalv1.SharingInternalServiceClient
	logger  *slog.Logger
	now     func() time.Time

	mu   sync.Mutex
	runs map[string]*lease
}

// lease is one run's right to go on.
type lease struct {
	// proof shows sharing that the run is this runner's.
	proof []byte
	end   context.CancelCauseFunc
	// confirmed is when sharing last stood by the run.
	confirmed time.Time
}

// add starts the lease of a run that was authorised just now.
func (f *inflight) add(run string, proof []byte, end context.CancelCauseFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.runs[run] = &lease{proof: proof, end: end, confirmed: f.now()}
}

func (f *inflight) remove(run string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.runs, run)
}

func (f *inflight) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.runs)
}

// endAll ends every run with a cause.
func (f *inflight) endAll(cause error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, l := range f.runs {
		l.end(cause)
	}
}

// renew asks after all runs until ctx ends. Nothing of it depends on a request:
// a run whose caller is slow is ended all the same.
func (f *inflight) renew(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			f.renewOnce(ctx)
		}
	}
}

func (f *inflight) renewOnce(ctx context.Context) {
	for _, request := range f.requests() {
		f.renewSome(ctx, request)
	}
	f.expire()
}

// requests ask after all runs.
func (f *inflight) requests() []*sharinginternalv1.RenewRunsRequest {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []*sharinginternalv1.RenewRunsRequest
	for run, l := range f.runs {
		if n := len(all); n == 0 || len(all[n-1].GetRuns()) == renewAtOnce {
			all = append(all, &sharinginternalv1.RenewRunsRequest{})
		}
		last := all[len(all)-1]
		last.Runs, last.Proofs = append(last.Runs, run), append(last.Proofs, l.proof)
	}
	return all
}

func (f *inflight) renewSome(ctx context.Context, request *sharinginternalv1.RenewRunsRequest) {
	ctx, cancel := context.WithTimeout(ctx, renewWithin)
	defer cancel()
	asked := f.now()
	answer, err := f.sharing.RenewRuns(ctx, request)
	if err != nil {
		f.logger.WarnContext(ctx, "runs could not be renewed", "runs", len(request.GetRuns()), "error", err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, run := range request.GetRuns() {
		if l, ok := f.runs[run]; ok {
			l.confirmed = asked
		}
	}
	for _, ended := range answer.GetEnded() {
		if l, ok := f.runs[ended.GetRun()]; ok {
			why := revoked(ended.GetMessage())
			if ended.GetPaused() {
				why = paused()
			}
			l.end(why)
		}
	}
}

// expire ends runs that nobody has stood by for too long: what cannot be asked
// after may have been revoked.
func (f *inflight) expire() {
	oldest := f.now().Add(-renewGrace)
	f.mu.Lock()
	defer f.mu.Unlock()
	for run, l := range f.runs {
		if l.confirmed.Before(oldest) {
			f.logger.Warn("run ended: its right cannot be confirmed", "run", run)
			l.end(errs.Aborted(errorsv1.Reason_REASON_UNAVAILABLE,
				"the run was ended, because its right to go on could not be confirmed"))
		}
	}
}

// revoked is how a run ends that lost its right.
func revoked(why string) error {
	if why == "" {
		why = "the share, the key or the credential it used was revoked"
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_RUN_REVOKED, "the run was ended: %s", why)
}

// paused is how a run ends whose link was stopped while it went on: like one that is
// refused for it.
func paused() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SHARE_PAUSED, "this link is paused; its owner can resume it")
}
