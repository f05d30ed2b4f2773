package sharing

import (
	"context"
	"errors"
	"fmt"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// A share's row and the vault's credential grant are two stores, and a process can die
// between them. So a row says when its grant is in doubt, before the vault is asked for
// anything; whoever finds an old doubt withdraws what the row does not cover. What is
// withdrawn too much costs its owner a confirmation, what is left would be a right that
// nobody gave.

// putGrant writes a share's grant at the vault and then the row that goes with it. The
// row, as it is stored, is in doubt already. On failure the vault has no more than the
// stored row covers, or a sweep sees to it.
func (e *shareEdit) putGrant(ctx context.Context) error {
	asking, cancel := context.WithTimeout(ctx, shares.GrantWithin)
	defer cancel()
	_, err := e.vault.PutCredentialGrant(asking, e.grant)
	if err != nil {
		err = fmt.Errorf("put credential grant: %w", err)
	} else {
		e.row.PendingSince = 0
		err = e.write(ctx)
	}
	if err != nil {
		e.uncover(ctx)
	}
	return err
}

// uncover withdraws what an edit may have granted and no row covers.
func (e *shareEdit) uncover(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shares.GrantWithin)
	defer cancel()
	row, found, err := e.shares.ByUID(ctx, e.row.UID)
	if err == nil && found {
		err = e.cover(ctx, row)
	}
	if err != nil {
		e.log.WarnContext(ctx, "a grant in doubt is left to the sweep", "share", e.name(), "error", err)
	}
}

// cover makes the vault have no other grant of a share than its row has use for, and
// ends the doubt. A share whose grant is gone with the guard's suspension is paused:
// nobody has looked yet.
func (s *Service) cover(ctx context.Context, row shares.Share) error {
	claimed, err := s.shares.MarkPending(ctx, &row, s.now().UnixMicro())
	if err != nil || !claimed { // whoever has changed it since has a doubt of its own
		return err
	}
	w, found, err := s.workflows.ByUID(ctx, row.Workflow)
	if err != nil || !found {
		return err
	}
	if err := s.withdraw(ctx, w, &row); err != nil {
		return err
	}
	return s.shares.ClearPending(ctx, row)
}

// withdraw asks the vault to drop a share's grant, unless the row covers it.
func (s *Service) withdraw(ctx context.Context, w workflows.Workflow, row *shares.Share) error {
	request := &vaultinternalv1.DeleteCredentialGrantRequest{Share: names.Share(row.Workspace, w.ID, row.ID)}
	if w.Deleted == 0 && row.State != sharingv1.ShareState_SHARE_STATE_REVOKED && row.Hidden() && row.GrantedHash != "" {
		request.Unless = &vaultinternalv1.CoveredGrant{VersionHash: row.GrantedHash, Calls: row.Calls, Period: vaultv1.Period(row.Period)}
	}
	out, err := s.vault.DeleteCredentialGrant(ctx, request)
	if err != nil {
		return fmt.Errorf("withdraw credential grant: %w", err)
	}
	if out.GetSuspended() {
		if err := s.shares.Pause(ctx, row); err != nil {
			return fmt.Errorf("pause a suspended share: %w", err)
		}
	}
	s.rights.forget()
	return nil
}

// withdrawNow withdraws at once what a share has lost, where its row says so already.
// If the vault is away now, the doubt in the row brings the sweep; likewise if there was
// a doubt before, for whoever raised that one may still be granting.
func (s *Service) withdrawNow(ctx context.Context, w workflows.Workflow, row shares.Share, doubtedBefore bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shares.GrantWithin)
	defer cancel()
	err := s.withdraw(ctx, w, &row)
	if err == nil && !doubtedBefore {
		err = s.shares.ClearPending(ctx, row)
	}
	if err != nil {
		s.log.WarnContext(ctx, "a grant that is not covered is left to the sweep", "share", row.UID, "error", err)
	}
}

// coverAll ends old doubts.
func (s *Service) coverAll(ctx context.Context) error {
	rows, err := s.shares.Pending(ctx, s.now().Add(-shares.PendingGrace).UnixMicro(), reapBatch)
	if err != nil {
		return fmt.Errorf("list shares with a grant in doubt: %w", err)
	}
	var failures []error
	for _, row := range rows {
		failures = append(failures, s.cover(ctx, row))
	}
	return errors.Join(failures...)
}
