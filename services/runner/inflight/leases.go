package inflight

import (
	"context"
	"log/slog"
	"sync"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/retry"
)

// How often the right of every run is checked, and how long a run may continue without an answer.
// Together with sharing's own latency, the first limits a revocation to a second. The second ends
// a run when sharing cannot be reached.
const (
	renewEvery   = 500 * time.Millisecond
	renewTimeout = 2 * time.Second
	renewGrace   = 10 * time.Second
	// maxRenewed bounds the runs that one request names.
	maxRenewed = 10000
)

// Runs are the runs in progress on this runner.
type Runs struct {
	sharing sharinginternalv1.SharingInternalServiceClient
	logger  *slog.Logger
	now     func() time.Time
	places  *fair.Pool
	gate    gate

	mu     sync.Mutex // guards leases and their fields; it is not held during a call to sharing
	leases map[string]*lease
}

// New returns room for a number of runs at the same time. It starts nothing: see [Runs.Run].
func New(sharing sharinginternalv1.SharingInternalServiceClient, logger *slog.Logger, now func() time.Time, capacity int) *Runs {
	return &Runs{sharing: sharing, logger: logger, now: now, places: newPlaces(capacity), leases: map[string]*lease{}}
}

// lease is the right of one run to continue.
type lease struct {
	// proof shows sharing that the run belongs to this runner.
	proof []byte
	end   context.CancelCauseFunc
	// confirmed is when sharing last confirmed the run.
	confirmed time.Time
}

// Add starts the lease of a run that was authorised just now. If the run loses its right, end is
// called with the reason.
func (r *Runs) Add(run string, proof []byte, end context.CancelCauseFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.leases[run] = &lease{proof: proof, end: end, confirmed: r.now()}
}

// Remove ends the lease of a run that is over.
func (r *Runs) Remove(run string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.leases, run)
}

func (r *Runs) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.leases)
}

// endAll ends every run with a cause.
func (r *Runs) endAll(cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.leases {
		l.end(cause)
	}
}

// renew checks all runs until ctx ends. It does not depend on the requests of callers, so a run
// with a slow caller ends in time too.
func (r *Runs) renew(ctx context.Context) {
	retry.Every(ctx, renewEvery, func(ctx context.Context) {
		for _, request := range r.requests() {
			r.renewSome(ctx, request)
		}
		r.expire()
	})
}

// requests name all runs.
func (r *Runs) requests() []*sharinginternalv1.RenewRunsRequest {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []*sharinginternalv1.RenewRunsRequest
	for run, l := range r.leases {
		if n := len(all); n == 0 || len(all[n-1].GetRuns()) == maxRenewed {
			all = append(all, &sharinginternalv1.RenewRunsRequest{})
		}
		last := all[len(all)-1]
		last.Runs, last.Proofs = append(last.Runs, run), append(last.Proofs, l.proof)
	}
	return all
}

func (r *Runs) renewSome(ctx context.Context, request *sharinginternalv1.RenewRunsRequest) {
	ctx, cancel := context.WithTimeout(ctx, renewTimeout)
	defer cancel()
	asked := r.now()
	answer, err := r.sharing.RenewRuns(ctx, request)
	if err != nil {
		r.logger.WarnContext(ctx, "renewal of runs failed", "runs", len(request.GetRuns()), "error", err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, run := range request.GetRuns() {
		if l, ok := r.leases[run]; ok {
			l.confirmed = asked
		}
	}
	for _, ended := range answer.GetEnded() {
		if l, ok := r.leases[ended.GetRun()]; ok {
			why := errRevoked(ended.GetMessage())
			if ended.GetPaused() {
				why = ErrPaused()
			}
			l.end(why)
		}
	}
}

// expire ends runs that were not confirmed for too long. A run that cannot be confirmed may have
// been revoked.
func (r *Runs) expire() {
	oldest := r.now().Add(-renewGrace)
	r.mu.Lock()
	defer r.mu.Unlock()
	for run, l := range r.leases {
		if l.confirmed.Before(oldest) {
			r.logger.Warn("run ended: its permissions cannot be checked", "run", run)
			l.end(errs.Aborted(errorsv1.Reason_REASON_UNAVAILABLE,
				"the run ended because its permissions could not be checked; try again in a minute"))
		}
	}
}

// errRevoked ends a run that lost its right.
func errRevoked(why string) error {
	if why == "" {
		why = "the share, the key or the credential it used was revoked"
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_RUN_REVOKED, "the run was ended: %s", why)
}

// ErrPaused ends a run whose link was paused. It equals the error for a run that is refused
// because its link is paused.
func ErrPaused() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SHARE_PAUSED, "this link is paused; its owner can resume it")
}
