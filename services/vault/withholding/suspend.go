package withholding

import (
	"context"
	"database/sql"
	"log/slog"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/credentialgrants"
	"github.com/keyhole-dev/keyhole/services/vault/exposure"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// inForce is the time until a suspension is in force on every replica of vault and sharing, even if no message
// arrives: each caches a grant for up to 400 ms, and running calls are checked every 250 ms. The run that caused the
// suspension ends after that, so that its visitor cannot start another one in between.
const inForce = 1200 * time.Millisecond

// Held is the end of a run whose text is withheld. Its error is that of a failed provider, after the suspension is in
// force. If the texts of several runs are withheld at the same time, one run is the reason for the suspension, and the
// others get the error of a paused share.
type Held struct {
	reason bool
	from   time.Time // real time of the suspension; zero for none
}

// Wait returns the error for the runner, after the suspension is in force or the caller has left.
func (h Held) Wait(ctx context.Context) error {
	if !h.reason {
		return revocation.Paused()
	}
	if !h.from.IsZero() {
		timer := time.NewTimer(time.Until(h.from.Add(inForce)))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return ProviderFailed()
}

// Suspend suspends the share of a text that held too much of a secret, until its owner resumes it, so that nobody
// gets a second guess. The event tells the owner.
func (s *Judge) Suspend(ctx context.Context, f exposure.Finding, run string, e audit.Event) Held {
	// A visitor who leaves must not prevent the suspension.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	s.refused.WithLabelValues("reflected").Inc()
	e.Outcome = "answer_withheld"
	if f.Share == "" {
		s.writeSuspension(ctx, f, func(tx *sql.Tx) error { return audit.Write(ctx, tx, e) })
		return Held{reason: true}
	}
	reason := true
	ok := s.writeSuspension(ctx, f, func(tx *sql.Tx) (err error) {
		reason, err = s.suspendOnce(ctx, tx, f, run, e)
		return err
	})
	if !ok {
		return Held{reason: true}
	}
	// The other calls of the share end too. This one has its own error.
	s.bus.Announce(ctx, revocation.Stopped, revocation.Grant(f.Share))
	s.bus.Announce(ctx, revocation.Changed, revocation.Credential(f.Credential)) // it may be exposed now, for all shares
	return Held{reason: reason, from: time.Now()}
}

func (s *Judge) writeSuspension(ctx context.Context, f exposure.Finding, write func(*sql.Tx) error) bool {
	err := s.db.Tx(ctx, write)
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "suspending a share whose answer held its secret failed; the answer is withheld",
			slog.String("share", f.Share), slog.Any("error", err))
	}
	return err == nil
}

// suspendOnce reports whether this run is the reason for the suspension. The update of the grant decides: only one
// transaction finds the share not yet suspended. A run that is judged again, because the first answer was late, is
// still the reason: its visitor must not learn from a second error that the share is paused.
func (s *Judge) suspendOnce(ctx context.Context, tx *sql.Tx, f exposure.Finding, run string, e audit.Event) (bool, error) {
	now := sqldb.Micros(s.now())
	reason, err := credentialgrants.Suspend(ctx, tx, f.Workspace, f.Share, now)
	if err != nil {
		return false, err
	}
	e.Details["share"] = f.Share
	if !reason {
		e.Details["suspended_before"] = "true"
		before, err := exposure.Latest(ctx, tx, f.Workspace, f.Share)
		if err != nil {
			return false, err
		}
		return before != nil && before.Run == run, audit.Write(ctx, tx, e)
	}
	p := exposure.Suspension{ID: e.ID, Value: f.Value, Run: run, Time: now, Characters: f.Characters, Chance: f.Chance, Most: f.Most}
	if err := exposure.Put(ctx, tx, p, e.Details); err != nil {
		return false, err
	}
	return true, audit.Write(ctx, tx, e)
}
