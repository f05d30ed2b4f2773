package settings

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// writer writes an edit together with the grant that goes with it.
type writer struct {
	shares   shares.Store
	resolver *shares.Resolver
	grants   *shares.Grants
	now      func() time.Time
}

// insert writes a new share. If it needs a grant, the row is written first, without the
// grant and marked as pending: nobody has its link yet, and without a row no sweep would
// find a grant that is left over.
func (w *writer) insert(ctx context.Context, e *edit) error {
	row := e.row
	if e.grant != nil {
		row.GrantedHash, row.PendingSince = "", e.row.Created
	}
	inserted, err := w.shares.Insert(ctx, row)
	if err != nil || !inserted {
		return cmp.Or(err, resource.Taken("share", row.ID))
	}
	if e.grant == nil {
		return nil
	}
	e.before = row
	if err := w.putGrant(ctx, e); err != nil {
		return errors.Join(err, w.discard(ctx, row))
	}
	return nil
}

// discard removes the row of a share that did not get its grant. It continues when the caller
// has left: otherwise the share would stay, although its creation failed.
func (w *writer) discard(ctx context.Context, row shares.Share) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shares.GrantWithin)
	defer cancel()
	return w.shares.Discard(ctx, row, w.now().UnixMicro())
}

// commit writes a changed share, and gets or withdraws its grant.
func (w *writer) commit(ctx context.Context, e *edit) error {
	if e.grant != nil {
		if e.before.BeingGranted(w.now()) {
			return resource.Conflict("share")
		}
		claimed, err := w.shares.MarkPending(ctx, &e.before, w.now().UnixMicro())
		if err != nil || !claimed {
			return cmp.Or(err, resource.Conflict("share"))
		}
		if err := w.putGrant(ctx, e); err != nil {
			return err
		}
		return w.prune(ctx, e)
	}
	// The row loses its grant before the vault does: if the process dies between the two,
	// the mark in the row brings the sweep.
	lost := e.before.GrantedHash != "" && e.row.GrantedHash != e.before.GrantedHash
	if lost {
		e.row.PendingSince = w.now().UnixMicro()
	}
	if err := w.write(ctx, e); err != nil {
		return err
	}
	if lost {
		w.grants.WithdrawNow(ctx, e.workflow, e.row, e.before.PendingSince != 0)
	}
	return w.prune(ctx, e)
}

// prune removes stored results that no longer belong to what the share opens.
func (w *writer) prune(ctx context.Context, e *edit) error {
	b, a := e.before, e.row
	if b.Samples == a.Samples && b.Presentation == a.Presentation && b.VersionNumber(e.workflow) == a.VersionNumber(e.workflow) {
		return nil
	}
	return w.resolver.Prune(ctx, a.UID)
}

func (w *writer) putGrant(ctx context.Context, e *edit) error {
	return w.grants.Put(ctx, e.row.UID, e.grant, func(ctx context.Context) error {
		e.row.PendingSince = 0
		return w.write(ctx, e)
	})
}

// write writes the row over the one that was read.
func (w *writer) write(ctx context.Context, e *edit) error {
	e.row.Updated = max(w.now().UnixMicro(), e.before.Updated+1)
	updated, err := w.shares.Update(ctx, e.row, e.before.Updated)
	if err != nil {
		return fmt.Errorf("update share: %w", err)
	}
	if !updated {
		return resource.Conflict("share")
	}
	w.resolver.Forget()
	return nil
}
