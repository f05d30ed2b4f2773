package keys

import (
	"context"
	"database/sql"
	"errors"

	"google.golang.org/protobuf/types/known/emptypb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Handlers implements the methods for API keys on the public endpoint.
type Handlers struct {
	keys  *Keys
	pages *page.Tokens
}

// NewHandlers returns the handlers of keys.
func NewHandlers(keys *Keys, pages *page.Tokens) *Handlers {
	return &Handlers{keys: keys, pages: pages}
}

// CreateKey creates an operator key in workspaces/operator and an owner key in any other workspace. Only this reply
// has the text of the key.
func (h *Handlers) CreateKey(ctx context.Context, req *vaultv1.CreateKeyRequest) (*vaultv1.Key, error) {
	p, by := caller.From(ctx), audit.CallerOf(ctx)
	ws := resource.WorkspaceID(req.GetParent())
	if _, err := h.keys.workspaces.Get(ctx, ws); errors.Is(err, sqldb.ErrNoRow) {
		return nil, resource.NotFound("workspace")
	} else if err != nil {
		return nil, err
	}
	if err := leak.NewGate().Text("key_id", req.GetKeyId()).Text("key.title", req.GetKey().GetTitle()).Err(); err != nil {
		return nil, err
	}
	k, text := h.newKey(p, ws, req)
	_, err := h.keys.log.Change(ctx, h.keys.log.Event(by, ws, "key.create", k.Name()), func(tx *sql.Tx) (bool, error) {
		maker, err := Maker(ctx, tx, p)
		if err != nil {
			return false, err
		}
		if k.madeParent, err = hold(ctx, tx, p); err != nil {
			return false, err
		}
		// A key that a person makes is the person's own: no key outlives the person who made it.
		k.Person, k.Role = maker.Person, RoleOwner
		ok, err := insert(ctx, tx, k)
		if err == nil && !ok {
			err = errs.AlreadyExists("key %q exists or existed before; choose another id, because ids of keys are not reused", k.id)
		}
		return ok, err
	})
	if err != nil {
		return nil, err
	}
	m := k.message()
	m.Key = string(text.Expose())
	return m, nil
}

// newKey makes the row of a key and its text. A budget that an operator sets is also a ceiling: members may not raise it.
func (h *Handlers) newKey(p caller.Principal, ws string, req *vaultv1.CreateKeyRequest) (Key, secret.Secret) {
	k := Key{Workspace: ws, id: req.GetKeyId(), Kind: KindOwner, title: req.GetKey().GetTitle(), createTime: sqldb.Micros(h.keys.now()), madeKey: p.Key, madeSession: p.Session}
	if k.id == "" {
		k.id = id.New("key")
	}
	k.budget = newBudget(req.GetKey().GetBudget())
	if p.Kind == caller.Operator {
		k.allowed = k.budget
	}
	form := tokens.OwnerKey
	if ws == workspaces.Operator {
		k.Kind, form = KindOperator, tokens.OperatorKey
	}
	var text secret.Secret
	text, k.prefix = form.New()
	k.Hash = tokens.Hash(text)
	return k, text
}

// ListKeys lists the keys of a workspace, including revoked ones, oldest first.
func (h *Handlers) ListKeys(ctx context.Context, req *vaultv1.ListKeysRequest) (*vaultv1.ListKeysResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(h.pages, req, page.Listing[Key, page.Place]{
		Binding: []string{"keys", ws, req.GetText()},
		Read: func(after page.Place, limit int) ([]Key, error) {
			return h.keys.list(ctx, ws, req.GetText(), after, limit)
		},
		CursorOf: func(k Key) page.Place { return page.Place{Time: k.createTime, ID: k.id} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListKeysResponse{NextPageToken: next}
	if req.GetPageToken() == "" {
		if res.ActiveSize, err = h.keys.countActive(ctx, ws, req.GetText()); err != nil {
			return nil, err
		}
	}
	for _, k := range rows {
		res.Keys = append(res.Keys, k.message())
	}
	return res, nil
}

// GetKey returns a key without its text.
func (h *Handlers) GetKey(ctx context.Context, req *vaultv1.GetKeyRequest) (*vaultv1.Key, error) {
	ws, kid, _ := resource.Split(req.GetName(), "keys")
	k, err := find(ctx, h.keys.db, ws, kid)
	if err != nil {
		return nil, err
	}
	return k.message(), nil
}

// UpdateKey changes the title or the budget of a key. A mask with "budget" and no budget removes the limit. Members
// may lower a budget that the operator set; only the operator may raise it.
func (h *Handlers) UpdateKey(ctx context.Context, req *vaultv1.UpdateKeyRequest) (*vaultv1.Key, error) {
	p, by := caller.From(ctx), audit.CallerOf(ctx)
	ws, kid, ok := resource.Split(req.GetKey().GetName(), "keys")
	if !ok {
		return nil, resource.BadName("key.name", "workspaces/{workspace}/keys/{key}")
	}
	mask, err := resource.Mask(req.GetUpdateMask().GetPaths(), []string{"title", "budget", "budget.runs", "budget.period", "budget.pictures"},
		[]string{"name", "key", "prefix", "operator_budget", "create_time", "revoke_time"})
	if err != nil {
		return nil, err
	}
	if err := leak.Text("key.title", req.GetKey().GetTitle()); err != nil {
		return nil, err
	}
	name := Name(ws, kid)
	var k Key
	_, err = h.keys.log.Change(ctx, h.keys.log.Event(by, ws, "key.update", name), func(tx *sql.Tx) (bool, error) {
		var err error
		if k, err = find(ctx, tx, ws, kid); err != nil {
			return false, err
		}
		if err := k.apply(req.GetKey(), mask, p.Kind == caller.Operator); err != nil {
			return false, err
		}
		return true, update(ctx, tx, k)
	})
	if err != nil {
		return nil, err
	}
	h.keys.bus.Announce(ctx, revocation.Changed, revocation.Key(name))
	return k.message(), nil
}

// DeleteKey revokes a key. Within a second it works nowhere, and calls of runs that are charged to it end.
// Repeating it changes nothing.
func (h *Handlers) DeleteKey(ctx context.Context, req *vaultv1.DeleteKeyRequest) (*emptypb.Empty, error) {
	by := audit.CallerOf(ctx)
	ws, kid, _ := resource.Split(req.GetName(), "keys")
	if ws == workspaces.Operator && kid == Guest {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_IN_USE,
			"the guest key cannot be revoked; to keep guests out, set its budget to 0 runs")
	}
	name := Name(ws, kid)
	_, err := h.keys.log.Change(ctx, h.keys.log.Event(by, ws, "key.revoke", name), func(tx *sql.Tx) (bool, error) {
		if _, err := find(ctx, tx, ws, kid); err != nil {
			return false, err
		}
		return revoke(ctx, tx, ws, kid, sqldb.Micros(h.keys.now()))
	})
	if err != nil {
		return nil, err
	}
	h.keys.bus.Announce(ctx, revocation.Ended, revocation.Key(name)) // also after a repeat, whose first message may be lost
	return &emptypb.Empty{}, nil
}
