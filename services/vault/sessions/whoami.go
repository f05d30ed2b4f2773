package sessions

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Whoami returns the caller's role, workspace, key, permissions (in words for people) and session.
func (h *Handlers) Whoami(ctx context.Context, _ *vaultv1.WhoamiRequest) (*vaultv1.WhoamiResponse, error) {
	p := caller.From(ctx)
	me := describe(p)
	if p.Session == "" {
		return me, nil
	}
	ws, id, _ := resource.Split(p.Session, "sessions")
	s, err := byID(ctx, h.sessions.db, ws, id, sqldb.Micros(h.sessions.now()))
	if errors.Is(err, sqldb.ErrNoRow) { // it ended after it was presented
		return nil, Ended(err)
	}
	if err != nil {
		return nil, err
	}
	me.Session, me.SessionExpireTime = p.Session, timestamppb.New(sqldb.FromMicros(s.ExpireTime))
	return me, nil
}

func describe(p caller.Principal) *vaultv1.WhoamiResponse {
	switch p.Kind {
	case caller.Member:
		return &vaultv1.WhoamiResponse{
			Role: "member", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{
				"manage workflows, shares, models, credentials and keys of this workspace",
				"run its workflows, charged to this key", "open shared links, charged to this key", "fork shared workflows",
				"read this workspace's usage and audit log",
			},
		}
	case caller.Operator:
		return &vaultv1.WhoamiResponse{
			Role: "operator", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{"create and list workspaces", "create and revoke keys of any workspace", "set budgets of keys"},
		}
	default:
		return &vaultv1.WhoamiResponse{
			Role: "guest", Key: keys.Name(workspaces.Operator, keys.Guest),
			Permissions: []string{"open shared links", "run previews, charged to the operator's allowance for guests"},
		}
	}
}
