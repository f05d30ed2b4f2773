package vault

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

// auditEvent says who did what.
type auditEvent struct {
	workspace string
	id        string
	time      int64
	actor     string
	action    string
	resource  string
	outcome   string
	details   map[string]string
}

// audit writes an event in the transaction of what it tells of: if it cannot be
// written, that did not happen.
func audit(ctx context.Context, tx *sql.Tx, e auditEvent) error {
	details, err := sqldb.ToJSON(e.details)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_events (workspace, id, time, actor, action, resource, outcome, details)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.workspace, e.id, e.time, e.actor, e.action, e.resource, e.outcome, details)
	if err != nil {
		return fmt.Errorf("insert audit event: %w", err)
	}
	return nil
}

// auditAlone writes an event that tells of something refused.
func (s *store) auditAlone(ctx context.Context, e auditEvent) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error { return audit(ctx, tx, e) })
}

// auditEvents lists events before an id, newest first: what was written as such,
// and the uses of credentials, whose rows are their own audit entry.
func (s *store) auditEvents(ctx context.Context, workspace, resource, before string, limit int) ([]auditEvent, error) {
	events, err := s.writtenEvents(ctx, workspace, resource, before, limit)
	if err != nil {
		return nil, err
	}
	uses, err := s.attempts.Uses(ctx, workspace, resource, before, limit)
	if err != nil {
		return nil, err
	}
	return newestFirst(events, eventsOf(uses), limit), nil
}

func newestFirst(a, b []auditEvent, limit int) []auditEvent {
	var all []auditEvent
	for len(all) < limit && len(a)+len(b) > 0 {
		if len(b) == 0 || (len(a) > 0 && a[0].id > b[0].id) {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return all
}

func (s *store) writtenEvents(ctx context.Context, workspace, resource, before string, limit int) ([]auditEvent, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT workspace, id, time, actor, action, resource, outcome, details FROM audit_events
		WHERE workspace = $1 AND ($2 = '' OR resource = $2) AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4`,
		workspace, resource, before, limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (auditEvent, error) {
		var (
			e       auditEvent
			details string
		)
		if err := r.Scan(&e.workspace, &e.id, &e.time, &e.actor, &e.action, &e.resource, &e.outcome, &details); err != nil {
			return e, sqldb.Error(fmt.Errorf("read audit event: %w", err))
		}
		return e, sqldb.FromJSON(details, &e.details)
	})
}

func eventsOf(uses []attempts.Attempt) []auditEvent {
	events := make([]auditEvent, len(uses))
	for i, a := range uses {
		events[i] = eventOf(a)
	}
	return events
}

// eventOf makes an audit event of an attempt.
func eventOf(a attempts.Attempt) auditEvent {
	e := auditEvent{
		workspace: a.Workspace, id: a.ID, time: a.StartTime, actor: a.Peer, action: "credential.use", resource: a.Credential,
		outcome: a.Outcome, details: map[string]string{
			"run": a.Run, "step": a.Step, "field": a.Field, "attempt": strconv.FormatInt(a.Number, 10),
			"credential_version": strconv.FormatInt(a.CredentialVersion, 10), "destination": a.Destination,
		},
	}
	// A visitor who pays is nobody that the credential's owner may know.
	if ws, _, ok := resource.Split(a.ChargedKey, "keys"); ok && ws == a.Workspace {
		e.details["charged_key"] = a.ChargedKey
	}
	if a.Share != "" {
		e.details["share"] = a.Share
	}
	return e
}
