package vault

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Kinds of keys.
const (
	kindOwner    = "owner"
	kindOperator = "operator"
	kindGuest    = "guest"
)

// apiKey is a key of a workspace, without its text.
type apiKey struct {
	workspace  string
	id         string
	kind       string
	title      string
	prefix     string
	hash       []byte
	budget     budget
	allowed    budget // what the operator set; budget is never above it
	createTime int64
	revokeTime sql.NullInt64
}

func (k apiKey) name() string { return keyName(k.workspace, k.id) }

const keyColumns = `workspace, id, kind, title, prefix, hash, budget_runs, budget_period, allowed_runs, allowed_period,
	create_time, revoke_time, budget_pictures, allowed_pictures`

// createKey reports false if the id is taken.
func createKey(ctx context.Context, tx *sql.Tx, k apiKey) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO api_keys (`+keyColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12, $13) ON CONFLICT (workspace, id) DO NOTHING`,
		k.workspace, k.id, k.kind, k.title, k.prefix, k.hash, k.budget.runs, k.budget.period, k.allowed.runs, k.allowed.period,
		k.createTime, k.budget.pictures, k.allowed.pictures))
	if err != nil {
		return false, fmt.Errorf("insert key: %w", err)
	}
	return ok, nil
}

// key returns sql.ErrNoRows if the workspace has no such key.
func key(ctx context.Context, q sqldb.Queryer, workspace, id string) (apiKey, error) {
	return scanKey(q.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE workspace = $1 AND id = $2`, workspace, id))
}

// byHash returns sql.ErrNoRows if there is no such key in any workspace.
func (k *apiKeys) byHash(ctx context.Context, hash []byte) (apiKey, error) {
	return scanKey(k.db.QueryRowContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE hash = $1`, hash))
}

// list returns those after a place, oldest first.
func (k *apiKeys) list(ctx context.Context, workspace string, after page.Place, limit int) ([]apiKey, error) {
	rows, err := k.db.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys
		WHERE workspace = $1 AND (create_time, id) > ($2, $3) ORDER BY create_time, id LIMIT $4`,
		workspace, after.Time, after.ID, limit)
	return sqldb.All(rows, err, scanKey)
}

// updateKey writes title and budgets.
func updateKey(ctx context.Context, tx *sql.Tx, k apiKey) error {
	_, err := tx.ExecContext(ctx, `UPDATE api_keys SET title = $3, budget_runs = $4, budget_period = $5,
		allowed_runs = $6, allowed_period = $7, budget_pictures = $8, allowed_pictures = $9 WHERE workspace = $1 AND id = $2`,
		k.workspace, k.id, k.title, k.budget.runs, k.budget.period, k.allowed.runs, k.allowed.period,
		k.budget.pictures, k.allowed.pictures)
	if err != nil {
		return fmt.Errorf("update key: %w", err)
	}
	return nil
}

// revokeKey reports false if the workspace has no such key that is active.
func revokeKey(ctx context.Context, tx *sql.Tx, workspace, id string, at int64) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE api_keys SET revoke_time = $3
		WHERE workspace = $1 AND id = $2 AND revoke_time IS NULL`, workspace, id, at))
	if err != nil {
		return false, fmt.Errorf("revoke key: %w", err)
	}
	return ok, nil
}

func scanKey(r sqldb.Scanner) (apiKey, error) {
	var k apiKey
	err := r.Scan(&k.workspace, &k.id, &k.kind, &k.title, &k.prefix, &k.hash, &k.budget.runs, &k.budget.period,
		&k.allowed.runs, &k.allowed.period, &k.createTime, &k.revokeTime,
		&k.budget.pictures, &k.allowed.pictures)
	if err != nil {
		return k, sqldb.Error(fmt.Errorf("read key: %w", err))
	}
	return k, nil
}
