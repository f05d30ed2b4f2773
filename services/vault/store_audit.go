package vault

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
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
	uses, err := s.uses(ctx, workspace, resource, before, limit)
	if err != nil {
		return nil, err
	}
	return newestFirst(events, uses, limit), nil
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

func (s *store) uses(ctx context.Context, workspace, resource, before string, limit int) ([]auditEvent, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, start_time, peer, credential, outcome, run, step, field, attempt, share,
		credential_version, destination, charged_key FROM attempts
		WHERE workspace = $1 AND ($2 = '' OR credential = $2 OR share = $2) AND ($3 = '' OR id < $3) ORDER BY id DESC LIMIT $4`,
		workspace, resource, before, limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (auditEvent, error) {
		var (
			a       attempt
			version int64
		)
		if err := r.Scan(&a.id, &a.startTime, &a.peer, &a.credential, &a.outcome, &a.run, &a.step, &a.field, &a.number, &a.share,
			&version, &a.destination, &a.chargedKey); err != nil {
			return auditEvent{}, sqldb.Error(fmt.Errorf("read use: %w", err))
		}
		a.workspace, a.credentialVersion = workspace, version
		return a.event(), nil
	})
}

// event is the attempt as an audit entry.
func (a attempt) event() auditEvent {
	e := auditEvent{
		workspace: a.workspace, id: a.id, time: a.startTime, actor: a.peer, action: "credential.use", resource: a.credential,
		outcome: a.outcome, details: map[string]string{
			"run": a.run, "step": a.step, "field": a.field, "attempt": strconv.FormatInt(a.number, 10),
			"credential_version": strconv.FormatInt(a.credentialVersion, 10), "destination": a.destination,
		},
	}
	// A visitor who pays is nobody that the credential's owner may know.
	if ws, _, ok := resource.Split(a.chargedKey, "keys"); ok && ws == a.workspace {
		e.details["charged_key"] = a.chargedKey
	}
	if a.share != "" {
		e.details["share"] = a.share
	}
	return e
}
