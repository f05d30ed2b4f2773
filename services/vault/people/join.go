package people

import (
	"context"
	"database/sql"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/invitations"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
)

// joining describes a person who joins, and how they join.
type joining struct {
	person person
	limit  *vaultv1.Budget // of the operator; nil is none
	client string          // product name
	how    string          // for the audit log
	// first runs in the transaction, and returns who let the person in.
	first func(*sql.Tx) (keys.Origin, error)
}

// join creates a person with a key and a session, all or none.
func (s *People) join(ctx context.Context, j joining) (*vaultv1.SignedIn, error) {
	p := j.person
	p.id, p.createTime = id.New("per"), sqldb.Micros(s.now())
	key, text := keys.NewOf(p.workspace, p.id, p.role, j.limit, p.createTime)
	by := audit.KeyOf(ctx, key.Name())
	made, token, err := s.sessions.Begin(ctx, by, sessions.Start{Key: key.Name(), Title: j.client, By: j.how, First: func(tx *sql.Tx) error {
		origin, err := j.first(tx)
		if err != nil {
			return err
		}
		if err := insert(ctx, tx, p); err != nil {
			return err
		}
		if err := keys.Insert(ctx, tx, key.MadeFrom(origin)); err != nil {
			return err
		}
		joined := s.log.Event(by, p.workspace, "person.create", p.name())
		joined.Details["role"], joined.Details["by"] = roleName(p.role), j.how
		if err := audit.Write(ctx, tx, joined); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.log.Event(by, p.workspace, "key.create", key.Name()))
	}})
	if err != nil {
		return nil, err
	}
	return &vaultv1.SignedIn{Person: p.message(), Key: key.Message(text), Session: made.Message(token)}, nil
}

// AcceptInvitation uses an invitation.
func (h *Handlers) AcceptInvitation(ctx context.Context, req *vaultv1.AcceptInvitationRequest) (*vaultv1.SignedIn, error) {
	from := caller.From(ctx)
	if err := stranger(from); err != nil {
		return nil, err
	}
	if err := leak.NewGate().Text("title", req.GetTitle()).Text("client", req.GetClient()).Err(); err != nil {
		return nil, err
	}
	return try(ctx, h, from, req.GetCode(), func(ctx context.Context, code secret.Secret) (*vaultv1.SignedIn, error) {
		i, err := invitations.ByCode(ctx, h.people.db, code, h.people.now())
		if err != nil {
			return nil, err
		}
		return h.people.join(ctx, joining{
			person: person{workspace: i.Workspace, title: req.GetTitle(), email: i.Email, role: i.Role}, client: req.GetClient(),
			how: "invitation", first: func(tx *sql.Tx) (keys.Origin, error) {
				spent, err := invitations.Spend(ctx, tx, code, h.people.now())
				return spent.Origin(), err
			},
		})
	})
}

// stranger refuses a caller who is already identified: a request must identify one caller only.
func stranger(from caller.Principal) error {
	if from.Kind != caller.Guest {
		return errs.InvalidArgument("the request has a key or a session; send it without, because it signs in somebody new")
	}
	return nil
}
