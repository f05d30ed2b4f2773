package workflows

import (
	"context"
	"time"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
)

// usesTimeout bounds the report of uses to the vault.
const usesTimeout = 2 * time.Second

// reportUses tells the vault which credentials the live version of a workflow names, nil if
// there is none, so that deleting one shows a warning. The workflow is saved already: if the report fails,
// the warning is missing until the next version is saved.
func (s *Workflows) reportUses(ctx context.Context, w Workflow, v *Version) {
	var ids []string
	if w.Deleted == 0 && v != nil {
		ids = s.definitions.Of(v.Definition, v.Hash).CredentialIDs()
	}
	if len(ids) == 0 && w.Revision == 1 { // a new workflow has no earlier uses to clear
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), usesTimeout)
	defer cancel()
	name := names.Workflow(w.Workspace, w.ID)
	_, err := s.vault.PutCredentialUses(ctx, &vaultinternalv1.PutCredentialUsesRequest{Workflow: name, Credentials: ids})
	if err != nil {
		s.log.WarnContext(ctx, "report of credential uses failed; deleting one will not warn", "workflow", name, "error", err)
	}
}
