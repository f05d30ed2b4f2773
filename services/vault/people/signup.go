package people

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

const (
	// maxTries is how many ids one address may try in the period, including taken ones, because the answer reveals which
	// ids are taken.
	maxTries = 20
	// maxSignUps is how many workspaces all visitors together may create in the period.
	maxSignUps = 200
)

// SignUp creates a workspace of a visitor's own. The operator's budget of the first key keeps it from making other
// keys and from inviting people: each would have a budget of its own.
func (h *Handlers) SignUp(ctx context.Context, req *vaultv1.SignUpRequest) (*vaultv1.SignedIn, error) {
	s := h.people
	if s.signUp == nil {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_SIGN_UP_CLOSED, "visitors cannot create workspaces here; ask the operator of this server")
	}
	from := caller.From(ctx)
	if err := stranger(from); err != nil {
		return nil, err
	}
	w := workspaces.Workspace{ID: req.GetWorkspaceId(), Title: req.GetWorkspaceTitle(), CreateTime: sqldb.Micros(s.now())}
	if w.Title == "" {
		w.Title = w.ID
	}
	if err := w.Check(); err != nil {
		return nil, err
	}
	if err := leak.NewGate().Text("title", req.GetTitle()).Text("client", req.GetClient()).Err(); err != nil {
		return nil, err
	}
	try, err := s.countTry(ctx, from.Visitor)
	if err != nil {
		return nil, err
	}
	return s.join(ctx, joining{
		person: person{workspace: w.ID, title: req.GetTitle(), role: keys.RoleOwner}, limit: s.signUp, client: req.GetClient(), how: "sign-up",
		first: func(tx *sql.Tx) (keys.Origin, error) {
			return keys.Origin{}, s.createWorkspace(ctx, tx, audit.CallerOf(ctx), w, try)
		},
	})
}

// countTry writes a try of a visitor, or refuses it. It returns the id of the row. The row stays when the id turns out
// to be taken.
func (s *People) countTry(ctx context.Context, visitor string) (string, error) {
	try, since := id.New("try"), sqldb.Micros(s.now().Add(-signUpPeriod))
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		if err := workspaces.Lock(ctx, tx, workspaces.Operator); err != nil { // tries follow one another
			return err
		}
		var tries, made int
		if err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM sign_ups WHERE visitor = $1 AND create_time > $2),
			(SELECT COUNT(*) FROM sign_ups WHERE workspace <> '' AND create_time > $2)`, visitor, since).Scan(&tries, &made); err != nil {
			return fmt.Errorf("count sign-ups: %w", err)
		}
		switch {
		case tries >= maxTries:
			return tooMany("from this address")
		case made >= maxSignUps:
			return tooMany("on this installation")
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO sign_ups (id, visitor, workspace, create_time) VALUES ($1, $2, '', $3)`, try, visitor, sqldb.Micros(s.now()))
		if err != nil {
			return fmt.Errorf("insert sign-up: %w", err)
		}
		return nil
	})
	return try, err
}

func tooMany(where string) error {
	return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED, "too many workspaces were created %s within a day: try again tomorrow, or ask the operator of this server", where).
		RetryAfter(time.Hour)
}

func (s *People) createWorkspace(ctx context.Context, tx *sql.Tx, by audit.Actor, w workspaces.Workspace, try string) error {
	ok, err := workspaces.Create(ctx, tx, w)
	switch {
	case err != nil:
		return err
	case !ok:
		return workspaces.Taken(w.ID)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE sign_ups SET workspace = $2 WHERE id = $1`, try, w.ID); err != nil {
		return fmt.Errorf("update sign-up: %w", err)
	}
	e := s.log.Event(by, w.ID, "workspace.create", resource.Workspace(w.ID))
	e.Details["by"] = "sign-up"
	return audit.Write(ctx, tx, e)
}
