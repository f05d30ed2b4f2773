package shares

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// reconcileBatch bounds the shares of one round of ReconcileAll.
const reconcileBatch = 100

// GrantsDeps are what NewGrants needs. All are required.
type GrantsDeps struct {
	Shares    Store
	Workflows workflows.Store
	Resolver  *Resolver
	Peers     *peers.Peers
	Vault     vaultinternalv1.VaultInternalServiceClient
	Log       *slog.Logger
	Now       func() time.Time
}

// Grants keeps the vault's credential grants within what the rows of shares cover.
//
// The row of a share and its grant are in two stores, and the process can die between two
// writes. So the row is marked as pending before the vault is asked for anything, and a
// sweep withdraws what the rows with an old mark do not cover. Withdrawing too much costs
// the owner one confirmation. Withdrawing too little would leave a right that nobody gave.
//
// It is safe for concurrent use.
type Grants struct {
	shares    Store
	workflows workflows.Store
	resolver  *Resolver
	peers     *peers.Peers
	vault     vaultinternalv1.VaultInternalServiceClient
	log       *slog.Logger
	now       func() time.Time
}

// NewGrants wires the grants of shares. It reads and writes nothing.
func NewGrants(d GrantsDeps) *Grants {
	return &Grants{
		shares: d.Shares, workflows: d.Workflows, resolver: d.Resolver, peers: d.Peers, vault: d.Vault, log: d.Log, now: d.Now,
	}
}

// Put writes the grant of a share at the vault, and then calls write for the row that
// covers it. The stored row must be marked as pending before. After a failure of either,
// the vault has no more than the stored row covers, or the sweep withdraws it.
func (g *Grants) Put(ctx context.Context, uid string, grant *vaultinternalv1.PutCredentialGrantRequest, write func(context.Context) error) error {
	asking, cancel := context.WithTimeout(ctx, GrantWithin)
	defer cancel()
	_, err := g.vault.PutCredentialGrant(asking, grant)
	if err != nil {
		err = fmt.Errorf("put credential grant: %w", err)
	} else {
		err = write(ctx)
	}
	if err != nil {
		g.undo(ctx, uid)
	}
	return err
}

// undo withdraws what Put may have granted and no row covers. It continues when the caller
// has left, because nobody else knows of the grant until the sweep.
func (g *Grants) undo(ctx context.Context, uid string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), GrantWithin)
	defer cancel()
	row, err := g.shares.ByUID(ctx, uid)
	if errors.Is(err, sqldb.ErrNoRow) {
		return
	}
	if err == nil {
		err = g.reconcile(ctx, row)
	}
	if err != nil {
		g.log.WarnContext(ctx, "withdrawal of a pending grant failed; sweeper will retry", "share", uid, "error", err)
	}
}

// ReconcileAll withdraws what the vault has granted beyond the rows that have been pending
// for longer than the call that marked them can take.
func (g *Grants) ReconcileAll(ctx context.Context) error {
	rows, err := g.shares.Pending(ctx, g.now().Add(-PendingGrace).UnixMicro(), reconcileBatch)
	if err != nil {
		return fmt.Errorf("list shares with a pending grant: %w", err)
	}
	var failures []error
	for _, row := range rows {
		failures = append(failures, g.reconcile(ctx, row))
	}
	return errors.Join(failures...)
}

// reconcile withdraws the grant of a share unless the row covers it, and clears the mark.
// It renews the mark first: if the row has changed since it was read, the change has a
// mark of its own, and reconcile leaves it to that.
func (g *Grants) reconcile(ctx context.Context, row Share) error {
	claimed, err := g.shares.MarkPending(ctx, &row, g.now().UnixMicro())
	if err != nil || !claimed {
		return err
	}
	w, err := g.workflows.ByUID(ctx, row.Workflow)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := g.withdraw(ctx, w, &row); err != nil {
		return err
	}
	return g.shares.ClearPending(ctx, row)
}

// withdraw asks the vault to drop the grant of a share unless the row covers it. A share
// whose grant goes while the guard has it suspended is paused, because its owner has not
// looked at the suspension yet.
func (g *Grants) withdraw(ctx context.Context, w workflows.Workflow, row *Share) error {
	request := &vaultinternalv1.DeleteCredentialGrantRequest{Share: row.Name(w)}
	if w.Deleted == 0 && row.State != sharingv1.ShareState_SHARE_STATE_REVOKED && row.Hidden() && row.GrantedHash != "" {
		request.Unless = &vaultinternalv1.CoveredGrant{VersionHash: row.GrantedHash, Calls: row.Calls, Period: vaultv1.Period(row.Period), Choice: definition.Choice(row.SlotCredentials)}
	}
	out, err := g.vault.DeleteCredentialGrant(ctx, request)
	if err != nil {
		return fmt.Errorf("withdraw credential grant: %w", err)
	}
	if out.GetSuspended() {
		if err := g.shares.Pause(ctx, row); err != nil {
			return fmt.Errorf("pause a suspended share: %w", err)
		}
	}
	g.resolver.Forget()
	return nil
}

// WithdrawNow withdraws what a share has lost, without waiting for the sweep. The stored
// row is marked as pending. If the vault is away, the mark stays and the sweep retries. If
// the row was pending before, the mark stays too: the call that made it may still be
// granting. It continues when the caller has left: the row is written.
func (g *Grants) WithdrawNow(ctx context.Context, w workflows.Workflow, row Share, pendingBefore bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), GrantWithin)
	defer cancel()
	err := g.withdraw(ctx, w, &row)
	if err == nil && !pendingBefore {
		err = g.shares.ClearPending(ctx, row)
	}
	if err != nil {
		g.log.WarnContext(ctx, "withdrawal of a grant failed; sweeper will retry", "share", row.UID, "error", err)
	}
}
