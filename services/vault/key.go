package vault

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
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
)

// CreateKey makes a key. The reply alone carries the key itself: an operator key
// under workspaces/operator, an owner key elsewhere.
func (s *Service) CreateKey(ctx context.Context, req *vaultv1.CreateKeyRequest) (*vaultv1.Key, error) {
	ws := resource.WorkspaceID(req.GetParent())
	if _, err := s.store.workspace(ctx, ws); errors.Is(err, sql.ErrNoRows) {
		return nil, resource.NotFound("workspace")
	} else if err != nil {
		return nil, err
	}
	if err := leak.NewGate().Text("key_id", req.GetKeyId()).Text("key.title", req.GetKey().GetTitle()).Err(); err != nil {
		return nil, err
	}
	k := apiKey{workspace: ws, id: req.GetKeyId(), kind: kindOwner, title: req.GetKey().GetTitle(), createTime: sqldb.Micros(s.now())}
	if k.id == "" {
		k.id = id.New("key")
	}
	k.budget = newBudget(req.GetKey().GetBudget())
	if caller.From(ctx).Kind == caller.Operator {
		k.allowed = k.budget
	}
	prefix := ownerPrefix
	if ws == operatorWorkspace {
		k.kind, prefix = kindOperator, operatorPrefix
	}
	var text secret.Secret
	text, k.prefix = newKeyText(prefix)
	k.hash = hashKey(text)
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		if err := mayCreateKeys(ctx, tx, caller.From(ctx)); err != nil {
			return err
		}
		ok, err := createKey(ctx, tx, k)
		if err != nil {
			return err
		}
		if !ok {
			return errs.AlreadyExists(errorsv1.Reason_REASON_ALREADY_EXISTS, "there is or was a key %q already; a key's id is not used again", k.id)
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, ws, "key.create", k.name()))
	})
	if err != nil {
		return nil, err
	}
	m := k.message()
	m.Key = string(text.Expose())
	return m, nil
}

// mayCreateKeys refuses a key that the operator has limited: with another one its holder
// would have no limit.
func mayCreateKeys(ctx context.Context, tx *sql.Tx, p caller.Principal) error {
	if p.Kind != caller.Member {
		return nil
	}
	ws, kid, _ := resource.Split(p.Key, "keys")
	k, err := key(ctx, tx, ws, kid)
	if err != nil {
		return err
	}
	if k.allowed.runs.Valid {
		return errs.PermissionDenied(errorsv1.Reason_REASON_PERMISSION_DENIED,
			"the operator has limited this key to %s, so it makes no other keys; ask the operator for one", k.allowed)
	}
	return nil
}

// ListKeys lists the keys of a workspace, revoked ones too, oldest first.
func (s *Service) ListKeys(ctx context.Context, req *vaultv1.ListKeysRequest) (*vaultv1.ListKeysResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(s.pages, req, page.Listing[apiKey, page.Place]{
		Binding:  []string{"keys", ws},
		Read:     func(after page.Place, limit int) ([]apiKey, error) { return s.store.keys(ctx, ws, after, limit) },
		CursorOf: func(k apiKey) page.Place { return page.Place{Time: k.createTime, ID: k.id} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListKeysResponse{NextPageToken: next}
	for _, k := range rows {
		res.Keys = append(res.Keys, k.message())
	}
	return res, nil
}

// GetKey returns one key, without the key itself.
func (s *Service) GetKey(ctx context.Context, req *vaultv1.GetKeyRequest) (*vaultv1.Key, error) {
	ws, kid, _ := resource.Split(req.GetName(), "keys")
	k, err := key(ctx, s.store.db, ws, kid)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, resource.NotFound("key")
	}
	if err != nil {
		return nil, err
	}
	return k.message(), nil
}

// UpdateKey changes a key's title or budget. Without a mask it changes what is
// given; "budget" in a mask without a budget takes the bound away. What the operator
// has set, members may lower and the operator alone may raise.
func (s *Service) UpdateKey(ctx context.Context, req *vaultv1.UpdateKeyRequest) (*vaultv1.Key, error) {
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
	var k apiKey
	err = s.store.tx(ctx, func(tx *sql.Tx) error {
		var err error
		if k, err = key(ctx, tx, ws, kid); errors.Is(err, sql.ErrNoRows) {
			return resource.NotFound("key")
		} else if err != nil {
			return err
		}
		if err := k.apply(req.GetKey(), mask, caller.From(ctx).Kind == caller.Operator); err != nil {
			return err
		}
		if k.kind == kindGuest && !k.budget.runs.Valid {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_LIMITS_REQUIRED,
				"the guest key needs a budget: anybody can run on it").Field("key.budget", "required")
		}
		if err := updateKey(ctx, tx, k); err != nil {
			return err
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, ws, "key.update", k.name()))
	})
	if err != nil {
		return nil, err
	}
	s.bus.Announce(ctx, revocation.Changed, revocation.Key(k.name()))
	return k.message(), nil
}

func (k *apiKey) apply(from *vaultv1.Key, mask []string, operator bool) error {
	if slices.Contains(mask, "title") || (mask == nil && from.GetTitle() != "") {
		k.title = from.GetTitle()
	}
	runs, period, pictures := slices.Contains(mask, "budget.runs"), slices.Contains(mask, "budget.period"), slices.Contains(mask, "budget.pictures")
	switch {
	case slices.Contains(mask, "budget"), mask == nil && from.GetBudget() != nil:
		k.budget = newBudget(from.GetBudget())
	case runs || period || pictures:
		if runs {
			k.budget.runs = sql.NullInt64{Int64: from.GetBudget().GetRuns(), Valid: true}
		}
		if pictures && !k.budget.runs.Valid {
			return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST,
				"a bound on pictures needs one on runs: set budget.runs too").Field("key.budget.runs", "required")
		}
		if pictures {
			k.budget.pictures = from.GetBudget().GetPictures()
		}
		if period {
			k.budget.period = int64(from.GetBudget().GetPeriod())
		}
	default:
		return nil
	}
	if operator {
		k.allowed = k.budget
		return nil
	}
	return k.withinAllowed()
}

func (k *apiKey) withinAllowed() error {
	if k.budget.within(k.allowed) {
		return nil
	}
	return errs.PermissionDenied(errorsv1.Reason_REASON_PERMISSION_DENIED,
		"the operator has set the budget of this key to %s: members may lower it, and neither raise nor remove it", k.allowed).
		Field("key.budget", "at most "+k.allowed.String())
}

// DeleteKey revokes a key: within a second it works nowhere, and calls of runs
// that are charged to it are ended. Revoking it again changes nothing.
func (s *Service) DeleteKey(ctx context.Context, req *vaultv1.DeleteKeyRequest) (*emptypb.Empty, error) {
	ws, kid, _ := resource.Split(req.GetName(), "keys")
	if ws == operatorWorkspace && kid == guestKey {
		return nil, errs.FailedPrecondition(errorsv1.Reason_REASON_IN_USE,
			"the guest key cannot be revoked; set its budget to 0 runs to keep guests out")
	}
	err := s.store.tx(ctx, func(tx *sql.Tx) error {
		if _, err := key(ctx, tx, ws, kid); errors.Is(err, sql.ErrNoRows) {
			return resource.NotFound("key")
		} else if err != nil {
			return err
		}
		alive, err := revokeKey(ctx, tx, ws, kid, sqldb.Micros(s.now()))
		if err != nil || !alive {
			return err
		}
		return audit.Write(ctx, tx, s.audit.Event(ctx, ws, "key.revoke", keyName(ws, kid)))
	})
	if err != nil {
		return nil, err
	}
	s.bus.Announce(ctx, revocation.Ended, revocation.Key(keyName(ws, kid)))
	return &emptypb.Empty{}, nil
}

// ResolveKey says whether a key is alive and what its budget is. A key that does
// not exist is one that is not alive.
func (s *Service) ResolveKey(ctx context.Context, req *vaultinternalv1.ResolveKeyRequest) (*vaultinternalv1.ResolveKeyResponse, error) {
	k, err := s.rights.key(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if k == nil {
		return &vaultinternalv1.ResolveKeyResponse{}, nil
	}
	return &vaultinternalv1.ResolveKeyResponse{Active: !k.revokeTime.Valid, Budget: k.budget.message()}, nil
}

func (k apiKey) message() *vaultv1.Key {
	m := &vaultv1.Key{
		Name: k.name(), Title: k.title, Prefix: k.prefix, Budget: k.budget.message(), OperatorBudget: k.allowed.message(), CreateTime: timestamppb.New(sqldb.FromMicros(k.createTime)),
	}
	if k.revokeTime.Valid {
		m.RevokeTime = timestamppb.New(sqldb.FromMicros(k.revokeTime.Int64))
	}
	return m
}
