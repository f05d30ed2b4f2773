package keys

import (
	"context"
	"database/sql"
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// CreateOperatorWorkspace creates the operator's workspace and the guest key with its budget, unless they exist.
func (k *Keys) CreateOperatorWorkspace(ctx context.Context, guest *vaultv1.Budget) error {
	return k.db.Tx(ctx, func(tx *sql.Tx) error {
		at := sqldb.Micros(k.now())
		made, err := workspaces.Create(ctx, tx, workspaces.Workspace{ID: workspaces.Operator, Title: "Operator", CreateTime: at})
		if err != nil || !made {
			return err
		}
		_, err = insert(ctx, tx, Key{
			Workspace: workspaces.Operator, id: Guest, Kind: KindGuest, title: "Visitors without a key",
			budget: newBudget(guest), createTime: at,
		})
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, k.log.Event(audit.Installation(), workspaces.Operator, "workspace.create", resource.Workspace(workspaces.Operator)))
	})
}

// FirstOperator creates the first operator key of an installation and hands it to keep. If there has ever been an
// operator key, it does nothing. It reports whether it created a key.
//
// keep runs before the transaction commits. If keep fails, no key is stored, so the only copy is never lost.
func (k *Keys) FirstOperator(ctx context.Context, keep func(secret.Secret) error) (bool, error) {
	made := false
	err := k.db.Tx(ctx, func(tx *sql.Tx) error {
		made = false
		// The lock of the row makes a second replica wait for this commit. Then it finds the key.
		if err := workspaces.Lock(ctx, tx, workspaces.Operator); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE workspace = $1 AND kind = $2`,
			workspaces.Operator, KindOperator).Scan(&n); err != nil || n > 0 {
			return err
		}
		text, shown := tokens.OperatorKey.New()
		first := Key{
			Workspace: workspaces.Operator, id: id.New("key"), Kind: KindOperator, title: "First operator key",
			prefix: shown, Hash: tokens.Hash(text), createTime: sqldb.Micros(k.now()),
		}
		if _, err := insert(ctx, tx, first); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, k.log.Event(audit.Installation(), workspaces.Operator, "key.create", first.Name())); err != nil {
			return err
		}
		made = true
		return keep(text)
	})
	if err != nil {
		return false, fmt.Errorf("make first operator key: %w", err)
	}
	return made, nil
}
