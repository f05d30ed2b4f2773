package shares

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// trashBatch bounds the workflows that one query reads.
const trashBatch = 100

// EmptyTrash deletes workflows that have been in the trash for longer than 30 days, with
// their versions and shares. Runs and line items stay: they are charges.
func (g *Grants) EmptyTrash(ctx context.Context) error {
	now := g.now()
	if err := g.shares.uncoverTrash(ctx, now.UnixMicro()); err != nil {
		return fmt.Errorf("end grants of deleted workflows: %w", err)
	}
	before := now.Add(-workflows.TrashLife).UnixMicro()
	for last := (workflows.Workflow{}); ; {
		batch, err := g.workflows.Trashed(ctx, last, before, trashBatch)
		if err != nil {
			return fmt.Errorf("list the trash: %w", err)
		}
		for _, last = range batch {
			if _, err := g.purge(ctx, last); err != nil {
				return fmt.Errorf("purge a workflow: %w", err)
			}
		}
		if len(batch) < trashBatch {
			return nil
		}
	}
}

// Purge implements workflows.Dependents. It withdraws what is pending first, so that a
// workflow can be purged right after it was deleted.
func (g *Grants) Purge(ctx context.Context, w workflows.Workflow) (bool, error) {
	if err := g.Withdraw(ctx, w, w.Updated); err != nil {
		return false, err
	}
	defer g.resolver.Forget()
	return g.purge(ctx, w)
}

// errPending rolls the purge of a workflow back.
var errPending = errors.New("a grant of the workflow is pending")

// purge deletes a workflow with its shares in one transaction. A workflow with a pending
// grant stays until the grant is withdrawn: without the row no sweep would find the grant.
// The workflow goes first: an undelete at the same time then finds no row, or keeps all.
func (g *Grants) purge(ctx context.Context, w workflows.Workflow) (gone bool, err error) {
	err = g.shares.db.Tx(ctx, func(tx *sql.Tx) (err error) {
		if gone, err = g.workflows.Purge(ctx, tx, w); err != nil || !gone {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM share_examples WHERE share IN (SELECT uid FROM shares WHERE workflow = $1)`, w.UID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM shares WHERE workflow = $1 AND grant_pending_since = 0`, w.UID); err != nil {
			return err
		}
		var pending int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM shares WHERE workflow = $1`, w.UID).Scan(&pending); err != nil {
			return err
		}
		if pending > 0 {
			return errPending
		}
		return nil
	})
	if errors.Is(err, errPending) {
		return false, nil
	}
	return gone, err
}

// uncoverTrash ends the use of grants by shares that were opened while their workflow was
// being deleted.
func (s Store) uncoverTrash(ctx context.Context, now int64) error {
	_, err := s.changed(ctx, `UPDATE shares SET granted_hash = '', grant_pending_since = $1, update_time = update_time + 1
		WHERE granted_hash <> '' AND workflow IN (SELECT uid FROM workflows WHERE delete_time <> 0)`, now)
	return err
}
