package runs

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"google.golang.org/grpc/codes"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
)

// renewer renews runs.
type renewer struct {
	ledger  ledger.Store
	checker *checker
	leases  *leases
	lease   time.Duration
	log     *slog.Logger
	now     func() time.Time
}

// renew extends the leases of runs, and says which of the runs must end. If it cannot be
// known whether a run may continue, the call fails as a whole, and the runner ends the runs
// whose lease expires.
func (s *renewer) renew(ctx context.Context, r *sharinginternalv1.RenewRunsRequest) (*sharinginternalv1.RenewRunsResponse, error) {
	now := s.now()
	known, rest := s.leases.split(r.GetRuns(), r.GetProofs(), now)
	if err := s.load(ctx, known, rest, now); err != nil {
		return nil, err
	}
	if err := s.extend(ctx, known, now); err != nil {
		return nil, err
	}
	out := &sharinginternalv1.RenewRunsResponse{}
	for _, run := range r.GetRuns() {
		why, err := s.whyEnd(ctx, run, known[run])
		if err != nil {
			return nil, err
		}
		if why != "" {
			out.Ended = append(out.Ended, &sharinginternalv1.EndedRun{Run: run, Message: why, Paused: why == whyPaused})
		}
	}
	return out, nil
}

// load adds the runs of the rest that are open and proven to the known.
func (s *renewer) load(ctx context.Context, known map[string]*lease, rest map[string][]byte, now time.Time) error {
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

// extend writes new leases for those that are half over. It removes a run from the known
// if its row is no longer open.
func (s *renewer) extend(ctx context.Context, known map[string]*lease, now time.Time) error {
	var due []string
	for run, have := range known {
		if have.until.Sub(now) < s.lease/2 {
			due = append(due, run)
		}
	}
	if len(due) == 0 {
		return nil
	}
	until := now.Add(s.lease)
	open, err := s.ledger.Renew(ctx, due, until.UnixMicro())
	if err != nil {
		return fmt.Errorf("extend leases: %w", err)
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

// whyEnd says why a run must end, or "". have is nil if the run is not open, or its proof
// is wrong.
func (s *renewer) whyEnd(ctx context.Context, run string, have *lease) (string, error) {
	if have == nil {
		return "it has ended or expired", nil
	}
	why, err := s.checker.broken(ctx, have)
	if err == nil || mayAnswerLater(err) {
		return why, err
	}
	s.log.WarnContext(ctx, "conditions of a run cannot be read; it ends", "run", run, "error", err)
	return "its permissions cannot be checked", nil
}

// mayAnswerLater reports whether asking again may give an answer. A run whose conditions can never be read must end,
// but it must not end other runs. Otherwise an owner could end everybody's runs with a new version of a running
// workflow.
func mayAnswerLater(err error) bool {
	return errs.IsRetryable(err) || errs.CodeOf(err) == codes.Canceled
}
