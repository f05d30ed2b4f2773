package suspensions

import (
	"context"
	"database/sql"
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Store is the rows of suspensions.
type Store struct{ db *sqldb.DB }

// NewStore returns the rows of a database.
func NewStore(db *sqldb.DB) *Store { return &Store{db: db} }

// suspension is a row. The target is the name of a workspace, of a key or of a share.
type suspension struct {
	workspace, id, target, reason string
	created                       int64
}

const columns = `workspace, id, target, reason, create_time`

func scan(r sqldb.Scanner) (s suspension, err error) {
	return s, r.Scan(&s.workspace, &s.id, &s.target, &s.reason, &s.created)
}

func (s suspension) message() *vaultv1.OperatorSuspension {
	return &vaultv1.OperatorSuspension{
		Name: resource.Workspace(s.workspace) + "/suspensions/" + s.id, Target: s.target, Reason: s.reason, CreateTime: resource.Timestamp(s.created),
	}
}

// insert reports false if the target is suspended already.
func insert(ctx context.Context, tx *sql.Tx, s suspension) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO operator_suspensions (`+columns+`) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (workspace, target) DO NOTHING`, s.workspace, s.id, s.target, s.reason, s.created))
	if err != nil {
		return false, fmt.Errorf("insert suspension: %w", err)
	}
	return ok, nil
}

// remove returns the target of the suspension, or sqldb.ErrNoRow if there is none.
func remove(ctx context.Context, tx *sql.Tx, workspace, id string) (target string, err error) {
	err = tx.QueryRowContext(ctx, `DELETE FROM operator_suspensions WHERE workspace = $1 AND id = $2 RETURNING target`, workspace, id).Scan(&target)
	return target, sqldb.Error(err)
}

// list returns suspensions of a workspace after a place, oldest first.
func (s *Store) list(ctx context.Context, workspace string, after page.Place, limit int) ([]suspension, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM operator_suspensions WHERE workspace = $1 AND (create_time, id) > ($2, $3)
		ORDER BY create_time, id LIMIT $4`, workspace, after.Time, after.ID, limit)
	return sqldb.All(rows, err, scan)
}

// Of returns all suspensions of a workspace, in no order.
func (s *Store) Of(ctx context.Context, workspace string) ([]*vaultv1.OperatorSuspension, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM operator_suspensions WHERE workspace = $1`, workspace)
	all, err := sqldb.All(rows, err, scan)
	if err != nil {
		return nil, fmt.Errorf("read suspensions: %w", err)
	}
	out := make([]*vaultv1.OperatorSuspension, len(all))
	for i, one := range all {
		out[i] = one.message()
	}
	return out, nil
}

// Holds reports whether a key, or its workspace, is suspended.
func (s *Store) Holds(ctx context.Context, workspace, key string) (held bool, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM operator_suspensions WHERE workspace = $1 AND target IN ($2, $3))`,
		workspace, resource.Workspace(workspace), key).Scan(&held)
	if err != nil {
		return false, fmt.Errorf("read suspensions: %w", sqldb.Error(err))
	}
	return held, nil
}
