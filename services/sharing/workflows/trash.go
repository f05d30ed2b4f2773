package workflows

import (
	"context"
	"database/sql"

	"google.golang.org/protobuf/types/known/emptypb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// DeleteWorkflow implements the RPC.
func (h *Handlers) DeleteWorkflow(ctx context.Context, r *sharingv1.DeleteWorkflowRequest) (*sharingv1.Workflow, error) {
	w, err := h.flows.store.Find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if err := w.check(r.GetEtag()); err != nil {
		return nil, err
	}
	if w.Deleted == 0 {
		w.Deleted = h.flows.now().UnixMicro()
	}
	out, err := h.flows.save(ctx, caller.From(ctx), w, edit{})
	if err != nil {
		return nil, err
	}
	deleted := sqldb.Micros(out.GetUpdateTime().AsTime())
	if err := h.flows.dependents.Withdraw(ctx, w, deleted); err != nil {
		return nil, err
	}
	return out, nil
}

// UndeleteWorkflow implements the RPC.
func (h *Handlers) UndeleteWorkflow(ctx context.Context, r *sharingv1.UndeleteWorkflowRequest) (*sharingv1.Workflow, error) {
	w, err := h.flows.store.Find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	w.Deleted = 0
	return h.flows.save(ctx, caller.From(ctx), w, edit{})
}

// PurgeWorkflow implements the RPC. It takes only a workflow in the trash, so that one
// request never destroys a workflow that works.
func (h *Handlers) PurgeWorkflow(ctx context.Context, r *sharingv1.PurgeWorkflowRequest) (*emptypb.Empty, error) {
	w, err := h.flows.store.Find(ctx, r.GetName())
	if err != nil {
		return nil, err
	}
	if w.Live > 0 && caller.From(ctx).Kind != caller.Member {
		return nil, errs.PermissionDenied("only an owner of the workspace may permanently delete a workflow that has versions")
	}
	if w.Deleted == 0 {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_IN_USE, "the workflow is not in the trash; delete it first")
	}
	gone, err := h.flows.dependents.Purge(ctx, w)
	if err != nil {
		return nil, err
	}
	if !gone {
		return nil, errs.Unavailable("the workflow was undeleted meanwhile, or the credentials of one of its links are still being withdrawn; try again in a minute")
	}
	return &emptypb.Empty{}, nil
}

// Trashed lists workflows that were deleted after one position and before a time, oldest
// first. The zero Workflow is the position before the first.
func (s Store) Trashed(ctx context.Context, after Workflow, before int64, limit int) ([]Workflow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+workflowColumns+` FROM workflows
		WHERE delete_time <> 0 AND delete_time < $1 AND (delete_time, uid) > ($2, $3) ORDER BY delete_time, uid LIMIT $4`,
		before, after.Deleted, after.UID, limit)
	return sqldb.All(rows, err, scanWorkflow)
}

// Purge deletes a workflow with its versions and its draft, unless it was undeleted since it was read.
// The workflow goes first: its row is locked from then on, so that a concurrent undelete
// waits, and finds nothing or everything.
func (s Store) Purge(ctx context.Context, tx *sql.Tx, w Workflow) (bool, error) {
	gone, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM workflows WHERE uid = $1 AND delete_time = $2`, w.UID, w.Deleted))
	if err != nil || !gone {
		return false, err
	}
	for _, rows := range []string{"versions", "drafts"} {
		if _, err = tx.ExecContext(ctx, `DELETE FROM `+rows+` WHERE workflow = $1`, w.UID); err != nil {
			return false, err
		}
	}
	return true, sketch.Drop(ctx, tx, w.UID)
}
