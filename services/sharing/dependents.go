package sharing

import (
	"context"
	"database/sql"
	"fmt"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// maxInspected bounds the shares that an inspection asks the vault about.
const maxInspected = 50

// Suspended implements workflows.Dependents.
func (s dependentShares) Suspended(ctx context.Context, w workflows.Workflow) ([]string, error) {
	rows, err := s.shares.List(ctx, w.Workspace, w.UID, shares.Cursor{}, false, maxInspected)
	if err != nil {
		return nil, fmt.Errorf("list shares: %w", err)
	}
	var waiting []string
	for _, row := range rows {
		if !row.Hidden() {
			continue
		}
		name := names.Share(w.Workspace, w.ID, row.ID)
		grant, err := s.vault.GetCredentialGrant(ctx, &vaultinternalv1.GetCredentialGrantRequest{Share: name})
		if err != nil {
			return nil, fmt.Errorf("read credential grant: %w", err)
		}
		if waits(grant) {
			waiting = append(waiting, name)
		}
	}
	return waiting, nil
}

// dependentShares implements workflows.Dependents.
type dependentShares struct{ *Service }

// Uncover implements workflows.Dependents.
func (s dependentShares) Uncover(ctx context.Context, tx *sql.Tx, w workflows.Workflow) error {
	return shares.Uncover(ctx, tx, w)
}

// Withdraw implements workflows.Dependents.
func (s dependentShares) Withdraw(ctx context.Context, w workflows.Workflow, deleted int64) error {
	rows, err := s.shares.PendingOf(ctx, w.Workspace, w.UID)
	if err != nil {
		return fmt.Errorf("list shares of a deleted workflow: %w", err)
	}
	for _, row := range rows {
		s.withdrawNow(ctx, w, row, row.PendingSince != deleted)
	}
	return nil
}

// Changed implements workflows.Dependents.
func (s dependentShares) Changed() { s.rights.forget() }
