package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
)

// createOperatorWorkspace makes the operator's tenant and the key that guests are
// charged to, unless they are there.
func (s *Service) createOperatorWorkspace(ctx context.Context) error {
	return s.store.tx(ctx, func(tx *sql.Tx) error {
		at := sqldb.Micros(s.now())
		made, err := createWorkspace(ctx, tx, workspace{id: operatorWorkspace, title: "Operator", createTime: at})
		if err != nil || !made {
			return err
		}
		_, err = createKey(ctx, tx, apiKey{
			workspace: operatorWorkspace, id: guestKey, kind: kindGuest, title: "Visitors without a key",
			budget: newBudget(&vaultv1.Budget{Runs: s.cfg.GuestRuns, Period: s.cfg.GuestPeriod}), createTime: at,
		})
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, operatorWorkspace, "workspace.create", resource.Workspace(operatorWorkspace)))
	})
}

// Bootstrap makes the first operator key of an installation and hands it to keep;
// if there has ever been one it does nothing. keep runs before the key exists: if
// it fails there is no key, so the only copy is never lost. It reports whether a
// key was made.
func (s *Service) Bootstrap(ctx context.Context, keep func(secret.Secret) error) (bool, error) {
	made := false
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		made = false
		// The row lock makes a second replica wait, and then find the key.
		if _, err := tx.ExecContext(ctx, `UPDATE workspaces SET title = title WHERE id = $1`, operatorWorkspace); err != nil {
			return fmt.Errorf("lock operator workspace: %w", err)
		}
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE workspace = $1 AND kind = $2`,
			operatorWorkspace, kindOperator).Scan(&n); err != nil || n > 0 {
			return err
		}
		text, shown := newKeyText(operatorPrefix)
		k := apiKey{
			workspace: operatorWorkspace, id: id.New("key"), kind: kindOperator, title: "First operator key",
			prefix: shown, hash: hashKey(text), createTime: sqldb.Micros(s.now()),
		}
		if _, err := createKey(ctx, tx, k); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, s.audit.Event(ctx, operatorWorkspace, "key.create", k.name())); err != nil {
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

// OperatorKeyFile is the usual keep of Bootstrap: it writes the key to a file that
// its owner alone can read, whole or not at all.
func OperatorKeyFile(path string) func(secret.Secret) error {
	return func(key secret.Secret) error {
		f, err := os.CreateTemp(filepath.Dir(path), ".operator-key-*") // mode 0600
		if err != nil {
			return fmt.Errorf("make operator key file: %w", err)
		}
		defer func() { _ = os.Remove(f.Name()) }()
		_, err = f.Write(append(append([]byte(nil), key.Expose()...), '\n'))
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return fmt.Errorf("write operator key file: %w", err)
		}
		if err := os.Rename(f.Name(), path); err != nil {
			return fmt.Errorf("put operator key file in place: %w", err)
		}
		return nil
	}
}
