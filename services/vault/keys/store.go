package keys

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Kinds of keys.
const (
	KindOwner    = "owner"
	KindOperator = "operator"
	KindGuest    = "guest"
)

// Key is a key of a workspace, without its text.
type Key struct {
	Workspace  string
	id         string
	Kind       string
	Person     string // its id; "" for a key of no person
	Role       Role
	title      string
	prefix     string
	Hash       []byte
	budget     budget
	allowed    budget // set by the operator; budget is never above it
	createTime int64
	RevokeTime sql.NullInt64
	// madeKey, madeSession and madeParent are the names of the key that asked for it, of its session, and of the
	// session that approved that one.
	madeKey, madeSession, madeParent string
}

// Name is the resource name of the key.
func (k Key) Name() string { return Name(k.Workspace, k.id) }

const keyColumns = `workspace, id, kind, title, prefix, hash, budget_runs, budget_period, allowed_runs, allowed_period,
	create_time, revoke_time, budget_pictures, allowed_pictures, person, made_key, made_session, made_parent`

// selectKey reads keys with the roles of their people.
const selectKey = `SELECT ` + keyColumns + `, ` + RoleColumn + ` FROM api_keys k `

// insert reports false if the id is taken.
func insert(ctx context.Context, tx *sql.Tx, k Key) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `INSERT INTO api_keys (`+keyColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12, $13, $14, $15, $16, $17) ON CONFLICT (workspace, id) DO NOTHING`,
		k.Workspace, k.id, k.Kind, k.title, k.prefix, k.Hash, k.budget.runs, k.budget.period, k.allowed.runs, k.allowed.period,
		k.createTime, k.budget.pictures, k.allowed.pictures, k.Person, k.madeKey, k.madeSession, k.madeParent))
	if err != nil {
		return false, fmt.Errorf("insert key: %w", err)
	}
	return ok, nil
}

// row returns sqldb.ErrNoRow if the workspace has no such key.
func row(ctx context.Context, q sqldb.Queryer, workspace, id string) (Key, error) {
	return scanKey(q.QueryRowContext(ctx, selectKey+`WHERE workspace = $1 AND id = $2`, workspace, id))
}

// find is row with the error that a client gets.
func find(ctx context.Context, q sqldb.Queryer, workspace, id string) (Key, error) {
	k, err := row(ctx, q, workspace, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return k, resource.NotFound("key")
	}
	return k, err
}

// ByHash returns sqldb.ErrNoRow if there is no such key in any workspace.
func (k *Keys) ByHash(ctx context.Context, hash []byte) (Key, error) {
	return scanKey(k.db.QueryRowContext(ctx, selectKey+`WHERE hash = $1`, hash))
}

// withText is the condition for keys that contain the text $2 of a workspace $1.
const withText = `workspace = $1 AND ($2 = '%%' OR LOWER(title) LIKE $2 ESCAPE '!' OR id LIKE $2 ESCAPE '!')`

// countActive returns how many keys that contain a text are not revoked.
func (k *Keys) countActive(ctx context.Context, workspace, text string) (n int32, err error) {
	err = k.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE revoke_time IS NULL AND `+withText, workspace, sqldb.Containing(text)).Scan(&n)
	return n, sqldb.Error(err)
}

// list returns keys after a place that contain a text, oldest first.
func (k *Keys) list(ctx context.Context, workspace, text string, after page.Place, limit int) ([]Key, error) {
	rows, err := k.db.QueryContext(ctx, selectKey+`
		WHERE `+withText+` AND (create_time, id) > ($3, $4) ORDER BY create_time, id LIMIT $5`,
		workspace, sqldb.Containing(text), after.Time, after.ID, limit)
	return sqldb.All(rows, err, scanKey)
}

// update writes title and budgets.
func update(ctx context.Context, tx *sql.Tx, k Key) error {
	_, err := tx.ExecContext(ctx, `UPDATE api_keys SET title = $3, budget_runs = $4, budget_period = $5,
		allowed_runs = $6, allowed_period = $7, budget_pictures = $8, allowed_pictures = $9 WHERE workspace = $1 AND id = $2`,
		k.Workspace, k.id, k.title, k.budget.runs, k.budget.period, k.allowed.runs, k.allowed.period,
		k.budget.pictures, k.allowed.pictures)
	if err != nil {
		return fmt.Errorf("update key: %w", err)
	}
	return nil
}

// revoke reports false if the workspace has no such active key.
func revoke(ctx context.Context, tx *sql.Tx, workspace, id string, at int64) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE api_keys SET revoke_time = $3
		WHERE workspace = $1 AND id = $2 AND revoke_time IS NULL`, workspace, id, at))
	if err != nil {
		return false, fmt.Errorf("revoke key: %w", err)
	}
	return ok, nil
}

func scanKey(r sqldb.Scanner) (Key, error) {
	var k Key
	err := r.Scan(&k.Workspace, &k.id, &k.Kind, &k.title, &k.prefix, &k.Hash, &k.budget.runs, &k.budget.period,
		&k.allowed.runs, &k.allowed.period, &k.createTime, &k.RevokeTime,
		&k.budget.pictures, &k.allowed.pictures, &k.Person, &k.madeKey, &k.madeSession, &k.madeParent, &k.Role)
	if err != nil {
		return k, sqldb.Error(fmt.Errorf("read key: %w", err))
	}
	return k, nil
}

// Name is the resource name of a key.
func Name(ws, key string) string { return "workspaces/" + ws + "/keys/" + key }

// Find returns a key by its resource name.
func Find(ctx context.Context, q sqldb.Queryer, name string) (Key, error) {
	ws, kid, ok := resource.Split(name, "keys")
	if !ok {
		return Key{}, resource.NotFound("key")
	}
	return find(ctx, q, ws, kid)
}
