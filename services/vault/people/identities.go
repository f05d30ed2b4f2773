package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
)

// Identity is a person at the operator's identity provider.
type Identity struct{ Issuer, Subject string }

// linked is an identity in a workspace.
type linked struct{ workspace, person, key string }

func (l linked) personName() string { return keys.PersonName(l.workspace, l.person) }

func scanLinked(r sqldb.Scanner) (linked, error) {
	var l linked
	return l, sqldb.Error(r.Scan(&l.workspace, &l.person, &l.key))
}

func (i Identity) links(ctx context.Context, tx *sql.Tx) ([]linked, error) {
	rows, err := tx.QueryContext(ctx, `SELECT workspace, person, key_id FROM identities WHERE issuer = $1 AND subject = $2`, i.Issuer, i.Subject)
	return sqldb.All(rows, err, scanLinked)
}

func (i Identity) link(ctx context.Context, tx *sql.Tx, l linked, at int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO identities (issuer, subject, workspace, person, key_id, create_time) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (issuer, subject, workspace) DO UPDATE SET key_id = $5`, i.Issuer, i.Subject, l.workspace, l.person, l.key, at)
	if err != nil {
		return fmt.Errorf("insert identity: %w", err)
	}
	return nil
}

func (i Identity) unlink(ctx context.Context, tx *sql.Tx, workspace string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM identities WHERE issuer = $1 AND subject = $2 AND workspace = $3`, i.Issuer, i.Subject, workspace)
	if err != nil {
		return fmt.Errorf("delete identity: %w", err)
	}
	return nil
}

// Issuer returns the identity provider whose sessions a key is for, or "".
func (s *People) Issuer(ctx context.Context, key string) (string, error) {
	ws, kid, ok := resource.Split(key, "keys")
	if !ok {
		return "", nil
	}
	var issuer string
	err := s.db.QueryRowContext(ctx, `SELECT issuer FROM identities WHERE workspace = $1 AND key_id = $2`, ws, kid).Scan(&issuer)
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", nil
	}
	return issuer, sqldb.Error(err)
}

// removedByOwner returns the error for a person whom an owner removed. The identity provider cannot undo the removal.
func removedByOwner(workspace string) error {
	return errs.PermissionDenied("an owner of workspace %s removed you: ask an owner for an invitation", workspace).
		WithReason(errorsv1.Reason_REASON_SIGN_IN_NO_ACCESS)
}
