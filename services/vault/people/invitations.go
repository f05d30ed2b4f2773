package people

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

// signUpPeriod is the window of the limits on sign-ups. Their records are kept for as long.
const signUpPeriod = 24 * time.Hour

const (
	// invitationLife is how long an invitation works.
	invitationLife = 7 * 24 * time.Hour
	// maxPeople bounds the people and open invitations of a workspace together.
	maxPeople = 1000
)

// invitation lets one person join.
type invitation struct {
	workspace, id string
	role          keys.Role
	email         string
	key           string // the id of the key that made it
	createTime    int64
	expireTime    int64
}

func (i invitation) name() string { return "workspaces/" + i.workspace + "/invitations/" + i.id }

func (i invitation) message() *vaultv1.Invitation {
	return &vaultv1.Invitation{
		Name: i.name(), Role: vaultv1.PersonRole(i.role), Email: i.email, Key: keys.Name(i.workspace, i.key),
		CreateTime: timestamppb.New(sqldb.FromMicros(i.createTime)), ExpireTime: timestamppb.New(sqldb.FromMicros(i.expireTime)),
	}
}

// selectInvitations reads the invitations whose makers may still invite: the key is active, an owner's, and not limited
// by the operator.
const selectInvitations = `SELECT i.workspace, i.id, i.role, i.email, i.key_id, i.create_time, i.expire_time FROM invitations i
	JOIN api_keys k ON k.workspace = i.workspace AND k.id = i.key_id AND k.revoke_time IS NULL AND k.allowed_runs IS NULL
	AND ` + keys.RoleColumn + ` = 3 `

func scanInvitation(r sqldb.Scanner) (invitation, error) {
	var i invitation
	if err := r.Scan(&i.workspace, &i.id, &i.role, &i.email, &i.key, &i.createTime, &i.expireTime); err != nil {
		return i, sqldb.Error(fmt.Errorf("read invitation: %w", err))
	}
	return i, nil
}

// byCode returns the invitation of a code, without using it.
func (s *People) byCode(ctx context.Context, q sqldb.Queryer, code secret.Secret) (invitation, error) {
	if !tokens.Invitation.Is(code) {
		return invitation{}, badInvitation(errors.New("malformed code"))
	}
	i, err := scanInvitation(q.QueryRowContext(ctx, selectInvitations+`WHERE i.hash = $1 AND i.expire_time > $2`, tokens.Hash(code), sqldb.Micros(s.now())))
	if errors.Is(err, sqldb.ErrNoRow) {
		return i, badInvitation(err)
	}
	return i, err
}

func badInvitation(cause error) error {
	return errs.Unauthenticated("the invitation is unknown, used, revoked or older than %d days: ask for a new one", int(invitationLife.Hours()/24)).Because(cause)
}

// spendInvitation uses an invitation up. Of two transactions with one code, only one deletes its row.
func (s *People) spendInvitation(ctx context.Context, tx *sql.Tx, code secret.Secret) error {
	i, err := s.byCode(ctx, tx, code) // its maker may have ended meanwhile
	if err != nil {
		return err
	}
	ok, err := deleteInvitation(ctx, tx, i.workspace, i.id)
	if err == nil && !ok {
		err = badInvitation(errors.New("spent by another request"))
	}
	return err
}

// listInvitations returns invitations after a place, oldest first.
func (s *People) listInvitations(ctx context.Context, workspace string, after page.Place, limit int) ([]invitation, error) {
	rows, err := s.db.QueryContext(ctx, selectInvitations+`WHERE i.workspace = $1 AND (i.create_time, i.id) > ($2, $3) AND i.expire_time > $4
		ORDER BY i.create_time, i.id LIMIT $5`, workspace, after.Time, after.ID, sqldb.Micros(s.now()), limit)
	return sqldb.All(rows, err, scanInvitation)
}

func insertInvitation(ctx context.Context, tx *sql.Tx, i invitation, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO invitations (workspace, id, hash, role, email, key_id, create_time, expire_time)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, i.workspace, i.id, hash, int64(i.role), i.email, i.key, i.createTime, i.expireTime)
	if err != nil {
		return fmt.Errorf("insert invitation: %w", err)
	}
	return nil
}

func deleteInvitation(ctx context.Context, tx *sql.Tx, workspace, id string) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM invitations WHERE workspace = $1 AND id = $2`, workspace, id))
	if err != nil {
		return false, fmt.Errorf("delete invitation: %w", err)
	}
	return ok, nil
}

// withdrawInvitations deletes the invitations that a person made.
func withdrawInvitations(ctx context.Context, tx *sql.Tx, p person) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE workspace = $1 AND EXISTS (SELECT 1 FROM api_keys k
		WHERE k.workspace = invitations.workspace AND k.id = invitations.key_id AND k.person = $2)`, p.workspace, p.id)
	if err != nil {
		return fmt.Errorf("withdraw invitations: %w", err)
	}
	return nil
}

// room refuses another invitation for a workspace that is full.
func room(ctx context.Context, tx *sql.Tx, workspace string) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM people WHERE workspace = $1 AND remove_time IS NULL) +
		(SELECT COUNT(*) FROM invitations WHERE workspace = $1)`, workspace).Scan(&n)
	switch {
	case err != nil:
		return fmt.Errorf("count people: %w", err)
	case n >= maxPeople:
		return errs.InvalidArgument("the workspace has %d people and open invitations, and no more are possible: remove some first", n)
	}
	return nil
}

// Sweep deletes what has expired.
func (s *People) Sweep(ctx context.Context) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM invitations WHERE expire_time <= $1`, sqldb.Micros(s.now())); err != nil {
			return fmt.Errorf("sweep invitations: %w", err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM sign_ups WHERE create_time <= $1`, sqldb.Micros(s.now().Add(-signUpPeriod))); err != nil {
			return fmt.Errorf("sweep sign-ups: %w", err)
		}
		return nil
	})
}
