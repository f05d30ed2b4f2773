package vault

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

// inForce is how long a suspension takes until no replica of vault or sharing lets a
// run begin or go on, even if no message arrives: what they believe of a grant is up to
// 400 ms old in each, and running calls are looked at every 250 ms. The run that was the
// reason ends after that.
const inForce = 1200 * time.Millisecond

// stoppedFor is why a handle of a suspended share does not hold. The run that was the
// reason tries its provider again, as after any failure, and gets the same again.
func (s *Service) stoppedFor(ctx context.Context, h *handle) error {
	p, err := s.memory.SuspensionOf(ctx, h.Workspace, h.Share)
	switch {
	case err != nil:
		return err
	case p != nil && p.Run == h.Run:
		return providerFailed()
	default:
		return revocation.Paused()
	}
}

// held is how a run ends whose text is withheld: like one whose provider failed, once
// the suspension is in force. Of runs that hit at the same time one is the reason for
// the suspension; the others end like all that the suspension ends, so that a
// suspension tells no more than which one it was.
type held struct {
	reason bool
	from   time.Time // real time of the suspension; zero for none
}

// wait waits until the end may be told, or the caller has left.
func (h held) wait(ctx context.Context) error {
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
	return providerFailed()
}

// suspend is called when a text held too much of a secret. The owner is told by the
// event; a share with hidden credentials is suspended until its owner looks, so that
// nobody gets a second guess.
func (s *Service) suspend(ctx context.Context, f exposure.Finding, run string, e audit.Event) held {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	s.metrics.refused.WithLabelValues("reflected").Inc()
	e.Outcome = "answer_withheld"
	if f.Share == "" {
		s.writeSuspension(ctx, f, func(tx *sql.Tx) error { return audit.Write(ctx, tx, e) })
		return held{reason: true}
	}
	reason := true
	ok := s.writeSuspension(ctx, f, func(tx *sql.Tx) (err error) {
		reason, err = s.suspendOnce(ctx, tx, f, run, e)
		return err
	})
	if !ok {
		return held{reason: true}
	}
	// Its other calls end too, but for this one, whose own error is the answer.
	s.bus.Announce(ctx, revocation.Stopped, revocation.Grant(f.Share))
	s.bus.Announce(ctx, revocation.Changed, revocation.Credential(f.Credential)) // it may be exposed now, for all shares
	return held{reason: reason, from: time.Now()}
}

func (s *Service) writeSuspension(ctx context.Context, f exposure.Finding, write func(*sql.Tx) error) bool {
	err := s.store.tx(ctx, write)
	if err != nil {
		s.log.LogAttrs(ctx, slog.LevelError, "a share whose secret came back could not be suspended",
			slog.String("share", f.Share), slog.Any("error", err))
	}
	return err == nil
}

// suspendOnce reports whether this run is the reason for the suspension.
func (s *Service) suspendOnce(ctx context.Context, tx *sql.Tx, f exposure.Finding, run string, e audit.Event) (bool, error) {
	now := sqldb.Micros(s.now())
	reason, err := credentialgrants.Suspend(ctx, tx, f.Workspace, f.Share, now)
	if err != nil {
		return false, err
	}
	e.Details["share"] = f.Share
	if !reason {
		e.Details["suspended_before"] = "true"
		return false, audit.Write(ctx, tx, e)
	}
	p := exposure.Suspension{ID: e.ID, Value: f.Value, Run: run, Time: now, Characters: f.Characters, Chance: f.Chance, Most: f.Most}
	if err := exposure.Put(ctx, tx, p, e.Details); err != nil {
		return false, err
	}
	return true, audit.Write(ctx, tx, e)
}
