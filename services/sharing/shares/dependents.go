package shares

import (
	"context"
	"database/sql"
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// maxInspected bounds the shares of a workflow that an inspection asks the vault about.
const maxInspected = 50

var _ workflows.Dependents = (*Grants)(nil)

// Uncover implements workflows.Dependents. After an undelete the owner has to confirm the
// grants again. It changes every row of the workflow, so that a concurrent edit of a share
// fails.
func (g *Grants) Uncover(ctx context.Context, tx *sql.Tx, w workflows.Workflow) error {
	_, err := tx.ExecContext(ctx, `UPDATE shares SET granted_hash = '', update_time = update_time + 1,
		grant_pending_since = CASE WHEN grant_pending_since = 0 AND granted_hash <> '' THEN CAST($1 AS BIGINT) ELSE grant_pending_since END
		WHERE workflow = $2 AND workspace = $3`, w.Updated, w.UID, w.Workspace)
	return err
}

// Withdraw implements workflows.Dependents.
func (g *Grants) Withdraw(ctx context.Context, w workflows.Workflow, deleted int64) error {
	rows, err := g.shares.PendingOf(ctx, w.Workspace, w.UID)
	if err != nil {
		return fmt.Errorf("list shares of a deleted workflow: %w", err)
	}
	for _, row := range rows {
		g.WithdrawNow(ctx, w, row, row.PendingSince != deleted)
	}
	return nil
}

// Changed implements workflows.Dependents.
func (g *Grants) Changed() { g.resolver.Forget() }

// Suspended implements workflows.Dependents.
func (g *Grants) Suspended(ctx context.Context, w workflows.Workflow) ([]string, error) {
	var names []string
	waiting, err := g.waiting(ctx, w)
	for _, row := range waiting {
		names = append(names, row.Name(w))
	}
	return names, err
}

// SuspendedActive implements workflows.Dependents.
func (g *Grants) SuspendedActive(ctx context.Context, w workflows.Workflow) (n int64, err error) {
	waiting, err := g.waiting(ctx, w)
	for _, row := range waiting {
		if row.State == sharingv1.ShareState_SHARE_STATE_ACTIVE && !row.RunDisabled && row.InTime(g.now()) {
			n++
		}
	}
	return n, err
}

// waiting returns the shares of a workflow that wait for their owner.
func (g *Grants) waiting(ctx context.Context, w workflows.Workflow) (waiting []Share, err error) {
	rows, err := g.shares.List(ctx, w.Workspace, w.UID, Cursor{}, false, maxInspected)
	if err != nil {
		return nil, fmt.Errorf("list shares: %w", err)
	}
	for _, row := range rows {
		if !row.Hidden() {
			continue
		}
		grant, err := g.peers.CredentialGrant(ctx, row.Name(w))
		if err != nil {
			return nil, err
		}
		if peers.WaitsForOwner(grant) {
			waiting = append(waiting, row)
		}
	}
	return waiting, nil
}
