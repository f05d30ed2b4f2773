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

// Whoami returns the caller's role, workspace, key, permissions (in words for people), person and session.
func (h *Handlers) Whoami(ctx context.Context, _ *vaultv1.WhoamiRequest) (*vaultv1.WhoamiResponse, error) {
	p := caller.From(ctx)
	me := describe(p)
	if p.Kind == caller.Guest || p.Kind == caller.None {
		me.CanSignUp, me.IdentityProvider = h.doors.SignUp, h.doors.IdentityProvider
		return me, nil
	}
	var person string
	err := h.sessions.db.QueryRowContext(ctx, `SELECT k.title, k.person, COALESCE((SELECT p.title FROM people p
		WHERE p.workspace = k.workspace AND p.id = k.person), '') FROM api_keys k WHERE k.workspace = $1 AND k.id = $2`,
		p.Workspace, resource.Segment(p.Key, 1)).Scan(&me.KeyTitle, &person, &me.PersonTitle)
	if err != nil {
		return nil, sqldb.Error(err)
	}
	if person != "" {
		me.Person = keys.PersonName(p.Workspace, person)
	}
	return me, h.describeSession(ctx, p.Session, me)
}

func (h *Handlers) describeSession(ctx context.Context, name string, me *vaultv1.WhoamiResponse) error {
	if name == "" {
		return nil
	}
	ws, id, _ := resource.Split(name, "sessions")
	s, err := byID(ctx, h.sessions.db, ws, id, sqldb.Micros(h.sessions.now()))
	if errors.Is(err, sqldb.ErrNoRow) { // it ended after it was presented
		return Ended(err)
	}
	if err != nil {
		return err
	}
	me.Session, me.SessionExpireTime = name, timestamppb.New(sqldb.FromMicros(s.ExpireTime))
	return nil
}

func describe(p caller.Principal) *vaultv1.WhoamiResponse {
	switch p.Kind {
	case caller.Member:
		return &vaultv1.WhoamiResponse{
			Role: "member", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{
				"manage workflows, shares, models, credentials, keys and people of this workspace",
				"run its workflows, charged to this key", "open shared links, charged to this key", "fork shared workflows",
				"read this workspace's usage and audit log",
			},
		}
	case caller.Editor:
		return &vaultv1.WhoamiResponse{
			Role: "editor", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{
				"manage workflows and links of this workspace, except links that use an owner's key or credentials",
				"run its workflows, charged to this key", "open shared links, charged to this key", "fork shared workflows",
			},
		}
	case caller.Viewer:
		return &vaultv1.WhoamiResponse{
			Role: "viewer", Workspace: resource.Workspace(p.Workspace), Key: p.Key,
			Permissions: []string{"read workflows, links, models, runs and usage of this workspace"},
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
