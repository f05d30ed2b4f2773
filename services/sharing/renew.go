package sharing

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// leases remembers what this replica knows of runs that it admitted or that are
// renewed here, so that renewing twice a second costs a row now and then and not each
// time, and finishing needs none to be read.
type leases struct {
	mu   sync.Mutex
	runs map[string]*lease
}

// lease is a run that goes on.
type lease struct {
	row        ledger.Run
	conditions ledger.Conditions
	// until is the lease as the row has it; asked is when it was asked for last.
	until, asked time.Time
}

func newLeases() *leases { return &leases{runs: map[string]*lease{}} }

func (l *leases) drop(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.runs, run)
}

func (l *leases) of(run string) *lease {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.runs[run]
}

// split gives those of the runs that are known and proven, and the proofs of the rest.
// One that is known and not proven is looked up like one that is not known, so that it
// cannot be told from it by the time that the answer takes either.
func (l *leases) split(runs []string, proofs [][]byte, now time.Time) (known map[string]*lease, rest map[string][]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, rest = make(map[string]*lease, len(runs)), map[string][]byte{}
	for i, run := range runs {
		var proof []byte
		if i < len(proofs) {
			proof = proofs[i]
		}
		if have := l.runs[run]; have != nil && have.conditions.ProvenBy(proof) {
			have.asked = now
			known[run] = have
		} else {
			rest[run] = proof
		}
	}
	return known, rest
}

func (l *leases) add(run string, have *lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runs[run] = have
}

// prune forgets runs that nobody renews here any more.
func (l *leases) prune(before time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for run, have := range l.runs {
		if have.asked.Before(before) {
			delete(l.runs, run)
		}
	}
}

// RenewRuns implements the RPC. If it cannot be seen whether a run may go on, the
// call fails as a whole, and the runner ends what nobody stands by.
func (s internal) RenewRuns(ctx context.Context, r *sharinginternalv1.RenewRunsRequest) (*sharinginternalv1.RenewRunsResponse, error) {
	now := s.now()
	known, rest := s.leases.split(r.GetRuns(), r.GetProofs(), now)
	if err := s.loadLeases(ctx, known, rest, now); err != nil {
		return nil, err
	}
	if err := s.lengthen(ctx, known, now); err != nil {
		return nil, err
	}
	out := &sharinginternalv1.RenewRunsResponse{}
	for _, run := range r.GetRuns() {
		why := "it has ended, or was given up"
		if have := known[run]; have != nil {
			var err error
			if why, err = s.mayNot(ctx, have); err != nil && mayAnswerLater(err) {
				return nil, err
			} else if err != nil {
				s.log.WarnContext(ctx, "a run's right cannot be told", "run", run, "error", err)
				why = "its right to go on cannot be told"
			}
		}
		if why != "" {
			out.Ended = append(out.Ended, &sharinginternalv1.EndedRun{Run: run, Message: why, Paused: why == whyPaused})
		}
	}
	return out, nil
}

// mayAnswerLater reports whether asking again may give an answer. A right that will never have an
// answer ends only its own run: otherwise an owner who causes it, by a new version of a running
// workflow, would end everybody's runs.
func mayAnswerLater(err error) bool {
	return errs.IsRetryable(err) || errs.CodeOf(err) == codes.Canceled
}

// loadLeases adds to the known what is open and proven of the rest.
func (s *Service) loadLeases(ctx context.Context, known map[string]*lease, rest map[string][]byte, now time.Time) error {
	if len(rest) == 0 {
		return nil
	}
	rows, err := s.ledger.Open(ctx, slices.Collect(maps.Keys(rest)))
	if err != nil {
		return fmt.Errorf("read runs: %w", err)
	}
	for _, row := range rows {
		have := &lease{row: row, until: time.UnixMicro(row.Lease), asked: now}
		if have.conditions, err = row.Conditions(); err != nil {
			return err
		}
		if !have.conditions.ProvenBy(rest[row.ID]) {
			continue
		}
		known[row.ID] = have
		s.leases.add(row.ID, have)
	}
	return nil
}

// lengthen writes new leases for those that are half over. A run whose row is not
// open any more is taken from the known.
func (s *Service) lengthen(ctx context.Context, known map[string]*lease, now time.Time) error {
	var due []string
	for run, have := range known {
		if have.until.Sub(now) < s.cfg.Lease/2 {
			due = append(due, run)
		}
	}
	if len(due) == 0 {
		return nil
	}
	until := now.Add(s.cfg.Lease)
	open, err := s.ledger.Renew(ctx, due, until.UnixMicro())
	if err != nil {
		return fmt.Errorf("lengthen leases: %w", err)
	}
	for _, run := range due {
		if open[run] {
			s.leases.add(run, &lease{row: known[run].row, conditions: known[run].conditions, until: until, asked: now})
			continue
		}
		s.leases.drop(run)
		delete(known, run)
	}
	return nil
}

// mayNot says why a run must end, or nothing. What it looks at is at most a moment old.
func (s *Service) mayNot(ctx context.Context, have *lease) (string, error) {
	key, err := s.peers.Key(ctx, have.row.ChargedKey)
	if err != nil {
		return "", err
	}
	if !key.GetActive() {
		return "the key that it is charged to was revoked", nil
	}
	if have.row.Share != "" {
		return s.mayNotShare(ctx, have)
	}
	if have.row.Workflow == "" {
		return "", nil
	}
	gone, err := s.resolver.IsDeleted(ctx, have.row.Workflow)
	if err != nil {
		return "", err
	}
	if gone {
		return "the workflow was deleted", nil
	}
	return "", nil
}

// whyPaused is why a run must end whose link was stopped, by its owner or the guard.
const whyPaused = "the link was paused"

func (s *Service) mayNotShare(ctx context.Context, have *lease) (string, error) {
	right, err := s.resolver.ByUID(ctx, have.row.Share)
	if errs.CodeOf(err) == codes.NotFound {
		return "the workflow was deleted", nil
	}
	if err != nil {
		return "", err
	}
	share := right.Share
	switch {
	case right.Workflow.Deleted != 0:
		return "the workflow was deleted", nil
	case share.State == sharingv1.ShareState_SHARE_STATE_REVOKED || share.LinkEpoch != have.conditions.Epoch:
		return "the link was withdrawn", nil
	case share.State != sharingv1.ShareState_SHARE_STATE_ACTIVE || right.Suspended() && right.Grant.GetSuspension().GetRun() != have.row.ID:
		return whyPaused, nil // the run that was the reason ends by itself, like one whose provider failed
	case share.Expires != 0 && s.now().UnixMicro() >= share.Expires:
		return "the link has expired", nil
	case have.conditions.Owner && (share.RunAccess != sharingv1.RunAccess_RUN_ACCESS_OWNER || share.ChargedKey != have.row.ChargedKey):
		return "its owner does not pay for it any more", nil
	case have.conditions.Hidden && (!share.Hidden() || !right.Grant.GetExists() || right.Grant.GetVersionHash() != have.row.VersionHash):
		return "the owner's credentials were withdrawn", nil
	}
	return "", nil
}
