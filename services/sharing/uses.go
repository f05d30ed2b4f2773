package sharing

import (
	"context"
	"time"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/resource"
)

// tellWithin bounds the time in which the vault is told of uses.
const tellWithin = 2 * time.Second

// tellUses tells the vault which credentials the live version of a workflow names, so
// that it can warn who deletes one. The workflow is saved: if the vault cannot be told
// now, it is with the next version, and until then that warning is missing.
func (s *Service) tellUses(ctx context.Context, w workflowRow, v versionRow) {
	var ids []string
	if w.Deleted == 0 {
		ids = s.definitions.Of(v.Definition, v.Hash).CredentialIDs()
	}
	if len(ids) == 0 && w.Revision == 1 { // of a new workflow there is nothing to take back
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellWithin)
	defer cancel()
	name := resource.Workflow(w.Workspace, w.ID)
	_, err := s.vault.PutCredentialUses(ctx, &vaultinternalv1.PutCredentialUsesRequest{Workflow: name, Credentials: ids})
	if err != nil {
		s.log.WarnContext(ctx, "the vault does not know which credentials a workflow uses", "workflow", name, "error", err)
	}
}
