package invitations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// Life is how long an invitation works.
const Life = 7 * 24 * time.Hour

// Invitation lets one person join.
type Invitation struct {
	Workspace, ID string
	Role          keys.Role
	Email         string
	Key           string // the id of the key that made it
	// session and parent are the names of the session that made it and of the one that approved that.
	session, parent        string
	CreateTime, ExpireTime int64
}

// Name is the resource name.
func (i Invitation) Name() string { return "workspaces/" + i.Workspace + "/invitations/" + i.ID }

// Message is the invitation without its code.
func (i Invitation) Message() *vaultv1.Invitation {
	return &vaultv1.Invitation{
		Name: i.Name(), Role: vaultv1.PersonRole(i.Role), Email: i.Email, Key: keys.Name(i.Workspace, i.Key),
		CreateTime: timestamppb.New(sqldb.FromMicros(i.CreateTime)), ExpireTime: timestamppb.New(sqldb.FromMicros(i.ExpireTime)),
	}
}

// Origin is that of the key of a person who joins.
func (i Invitation) Origin() keys.Origin {
	return keys.Origin{Key: keys.Name(i.Workspace, i.Key), Session: i.session, Parent: i.parent}
}

const columns = `i.workspace, i.id, i.role, i.email, i.key_id, i.made_session, i.made_parent, i.create_time, i.expire_time`

// selectWorking reads the invitations whose makers may still invite: the key is active, an owner's, and not limited by
// the operator.
const selectWorking = `SELECT ` + columns + ` FROM invitations i
	JOIN api_keys k ON k.workspace = i.workspace AND k.id = i.key_id AND k.revoke_time IS NULL AND k.allowed_runs IS NULL
	AND ` + keys.RoleColumn + ` = 3 `

func (i *Invitation) fields() []any {
	return []any{&i.Workspace, &i.ID, &i.Role, &i.Email, &i.Key, &i.session, &i.parent, &i.CreateTime, &i.ExpireTime}
}

func scan(r sqldb.Scanner) (i Invitation, err error) {
	if err := r.Scan(i.fields()...); err != nil {
		return i, sqldb.Error(fmt.Errorf("read invitation: %w", err))
	}
	return i, nil
}

// ByCode returns the invitation of a code, without using it.
func ByCode(ctx context.Context, q sqldb.Queryer, code secret.Secret, now time.Time) (Invitation, error) {
	if !tokens.Invitation.Is(code) {
		return Invitation{}, bad(errors.New("malformed code"))
	}
	i, err := scan(q.QueryRowContext(ctx, selectWorking+`WHERE i.hash = $1 AND i.expire_time > $2`, tokens.Hash(code), sqldb.Micros(now)))
	if errors.Is(err, sqldb.ErrNoRow) {
		return i, bad(err)
	}
	return i, err
}

func bad(cause error) error {
	return errs.Unauthenticated("the invitation is unknown, used, revoked or older than %d days: ask for a new one", int(Life.Hours()/24)).Because(cause)
}

// Spend uses an invitation up. Of two transactions with one code, only one deletes its row. It locks the key that made
// the invitation, so that who revokes that key finds the key of the person who joins, or nobody joins.
func Spend(ctx context.Context, tx *sql.Tx, code secret.Secret, now time.Time) (Invitation, error) {
	i, err := ByCode(ctx, tx, code, now) // its maker may have ended meanwhile
	if err != nil {
		return i, err
	}
	ok, err := Delete(ctx, tx, i.Workspace, i.ID)
	if err == nil && !ok {
		err = bad(errors.New("spent by another request"))
	}
	if err != nil {
		return i, err
	}
	ok, err = sqldb.Changed(tx.ExecContext(ctx, `UPDATE api_keys SET made_key = made_key WHERE workspace = $1 AND id = $2 AND revoke_time IS NULL`, i.Workspace, i.Key))
	if err == nil && !ok {
		err = bad(errors.New("its maker has ended"))
	}
	return i, err
}

// List returns the invitations that work after a place, oldest first.
func List(ctx context.Context, q sqldb.Queryer, workspace string, after page.Place, limit int, now time.Time) ([]Invitation, error) {
	rows, err := q.QueryContext(ctx, selectWorking+`WHERE i.workspace = $1 AND (i.create_time, i.id) > ($2, $3) AND i.expire_time > $4
		ORDER BY i.create_time, i.id LIMIT $5`, workspace, after.Time, after.ID, sqldb.Micros(now), limit)
	return sqldb.All(rows, err, scan)
}

// Insert stores an invitation of a maker, whom the transaction holds.
func Insert(ctx context.Context, tx *sql.Tx, i Invitation, by keys.Origin, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO invitations (workspace, id, hash, role, email, key_id, made_session, made_parent, create_time, expire_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, i.Workspace, i.ID, hash, int64(i.Role), i.Email, i.Key, by.Session, by.Parent, i.CreateTime, i.ExpireTime)
	if err != nil {
		return fmt.Errorf("insert invitation: %w", err)
	}
	return nil
}

// Delete reports false if there is no such invitation.
func Delete(ctx context.Context, tx *sql.Tx, workspace, id string) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM invitations WHERE workspace = $1 AND id = $2`, workspace, id))
	if err != nil {
		return false, fmt.Errorf("delete invitation: %w", err)
	}
	return ok, nil
}

// Withdraw deletes the invitations that a person made.
func Withdraw(ctx context.Context, tx *sql.Tx, workspace, person string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE workspace = $1 AND EXISTS (SELECT 1 FROM api_keys k
		WHERE k.workspace = invitations.workspace AND k.id = invitations.key_id AND k.person = $2)`, workspace, person)
	if err != nil {
		return fmt.Errorf("withdraw invitations: %w", err)
	}
	return nil
}

// Sweep deletes what has expired.
func Sweep(ctx context.Context, tx *sql.Tx, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE expire_time <= $1`, sqldb.Micros(now)); err != nil {
		return fmt.Errorf("sweep invitations: %w", err)
	}
	return nil
}
