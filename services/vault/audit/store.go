package audit

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
)

// Event says who did what.
type Event struct {
	workspace string
	ID        string
	time      int64
	actor     string
	action    string
	resource  string
	Outcome   string
	Details   map[string]string
}

// Write writes an event in the transaction of its change: if it cannot be written, the change does not happen.
func Write(ctx context.Context, tx *sql.Tx, e Event) error {
	details, err := sqldb.ToJSON(e.Details)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO audit_events (workspace, id, time, actor, action, resource, outcome, details)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.workspace, e.ID, e.time, e.actor, e.action, e.resource, e.Outcome, details)
	if err != nil {
		return fmt.Errorf("insert audit event: %w", err)
	}
	return nil
}

// Alone writes an event that belongs to no other change.
func (l *Log) Alone(ctx context.Context, e Event) error {
	return l.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error { return Write(ctx, tx, e) })
}

// filter says which events a listing has. A zero field selects all.
type filter struct {
	resource string
	action   string // or its first words
	from, to int64
}

// list returns events before an id, newest first: the written ones, and the uses of credentials, whose
// rows are their own audit entries.
func (l *Log) list(ctx context.Context, workspace string, f filter, before string, limit int) ([]Event, error) {
	events, err := l.written(ctx, workspace, f, before, limit)
	if err != nil || !f.hasUses() {
		return events, err
	}
	used, err := l.uses.Uses(ctx, workspace, attempts.Selection{
		Resource: f.resource, Before: before, From: f.from, To: f.to, Tests: f.action == actionTest, Runs: f.action == actionUse,
	}, limit)
	if err != nil {
		return nil, err
	}
	return newestFirst(events, eventsOf(used), limit), nil
}

const (
	actionUse  = "credential.use"
	actionTest = "credential.test"
)

// hasUses reports whether uses of credentials may be among the events.
func (f filter) hasUses() bool {
	switch f.action {
	case "", "credential", actionUse, actionTest:
		return true
	}
	return false
}

func newestFirst(a, b []Event, limit int) []Event {
	var all []Event
	for len(all) < limit && len(a)+len(b) > 0 {
		if len(b) == 0 || (len(a) > 0 && a[0].ID > b[0].ID) {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return all
}

func (l *Log) written(ctx context.Context, workspace string, f filter, before string, limit int) ([]Event, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT workspace, id, time, actor, action, resource, outcome, details FROM audit_events
		WHERE workspace = $1 AND ($2 = '' OR resource = $2) AND ($3 = '' OR id < $3) AND time >= $4 AND (CAST($5 AS BIGINT) = 0 OR time < $5)
		AND ($6 = '' OR action = $6 OR SUBSTR(action, 1, LENGTH($6) + 1) = $6 || '.') ORDER BY id DESC LIMIT $7`,
		workspace, f.resource, before, f.from, f.to, f.action, limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (Event, error) {
		var (
			e       Event
			details string
		)
		if err := r.Scan(&e.workspace, &e.ID, &e.time, &e.actor, &e.action, &e.resource, &e.Outcome, &details); err != nil {
			return e, sqldb.Error(fmt.Errorf("read audit event: %w", err))
		}
		return e, sqldb.FromJSON(details, &e.Details)
	})
}

func eventsOf(uses []attempts.Attempt) []Event {
	events := make([]Event, len(uses))
	for i, a := range uses {
		events[i] = eventOf(a)
	}
	return events
}

// eventOf makes an audit event of an attempt.
func eventOf(a attempts.Attempt) Event {
	e := Event{
		workspace: a.Workspace, ID: a.ID, time: a.StartTime, actor: a.Peer, action: actionUse, resource: a.Credential,
		Outcome: a.Outcome, Details: map[string]string{
			"run": a.Run, "step": a.Step, "field": a.Field, "attempt": strconv.FormatInt(a.Number, 10),
			"credential_version": strconv.FormatInt(a.CredentialVersion, 10), "destination": a.Destination,
		},
	}
	if strings.HasPrefix(a.Run, attempts.TestPrefix) {
		e.action = actionTest
		for _, detail := range []string{"run", "step", "field", "attempt"} {
			delete(e.Details, detail)
		}
		return e
	}
	// The owner of the credential must not learn which visitor pays.
	if ws, _, ok := resource.Split(a.ChargedKey, "keys"); ok && ws == a.Workspace {
		e.Details["charged_key"] = a.ChargedKey
	}
	if a.Share != "" {
		e.Details["share"] = a.Share
	}
	return e
}
