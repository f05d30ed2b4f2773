package workspaces

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// Check refuses a new workspace whose id is reserved, or whose texts hold a secret.
func (w Workspace) Check() error {
	if slices.Contains(reserved(), w.ID) {
		return errs.InvalidArgument("the workspace id %q is reserved; choose another", w.ID).WithReason(errorsv1.Reason_REASON_ID_RESERVED).
			Field("workspace_id", "reserved")
	}
	return leak.NewGate().Text("workspace_id", w.ID).Text("workspace.title", w.Title).Err()
}

// Taken is the error for an id that another workspace has.
func Taken(id string) error { return resource.Taken("workspace", id) }

// Lock makes transactions that lock the same workspace follow one another.
func Lock(ctx context.Context, tx *sql.Tx, id string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE workspaces SET title = title WHERE id = $1`, id); err != nil {
		return fmt.Errorf("lock workspace: %w", err)
	}
	return nil
}
