package keys

import (
	"context"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Whoami returns the caller's role, workspace, key and permissions, in words for people.
func (*Handlers) Whoami(ctx context.Context, _ *vaultv1.WhoamiRequest) (*vaultv1.WhoamiResponse, error) {
	p := caller.From(ctx)
	switch p.Kind {
	case caller.Member:
		return &vaultv1.WhoamiResponse{
			Role: "member", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{
				"manage workflows, shares, models, credentials and keys of this workspace",
				"run its workflows, charged to this key", "open shared links, charged to this key", "fork shared workflows",
				"read this workspace's usage and audit log",
			},
		}, nil
	case caller.Operator:
		return &vaultv1.WhoamiResponse{
			Role: "operator", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{"create and list workspaces", "create and revoke keys of any workspace", "set budgets of keys"},
		}, nil
	default:
		return &vaultv1.WhoamiResponse{
			Role: "guest", Key: Name(workspaces.Operator, Guest),
			Permissions: []string{"open shared links", "run previews, charged to the operator's allowance for guests"},
		}, nil
	}
}
