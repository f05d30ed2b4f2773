package keys

import (
	"context"
	"database/sql"
	"slices"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Owner returns the key of a caller who is an owner now: the right may have ended since it was presented.
func Owner(ctx context.Context, tx *sql.Tx, p caller.Principal) (Key, error) {
	k, err := Find(ctx, tx, p.Key)
	if err != nil {
		return Key{}, err
	}
	if p.Kind != caller.Member || k.Role != RoleOwner || k.RevokeTime.Valid {
		return Key{}, errs.PermissionDenied("only an owner of the workspace can do this")
	}
	return k, nil
}

// Maker returns the key of a caller who creates other keys, for itself or for people whom it invites. It refuses
// one that the operator has limited, because a new key would have no limit. It returns the zero Key for an
// operator.
func Maker(ctx context.Context, tx *sql.Tx, p caller.Principal) (Key, error) {
	if p.Kind == caller.Operator {
		return Key{}, nil
	}
	k, err := Owner(ctx, tx, p)
	if err != nil {
		return Key{}, err
	}
	if k.allowed.runs.Valid {
		return Key{}, errs.PermissionDenied("the operator has limited this key to %s, so it cannot create keys or invite people; ask the operator for a key without a limit", k.allowed)
	}
	return k, nil
}

// apply changes the fields that the mask names. Without a mask it changes the fields that are given. A member
// changes the budget within what the operator allows; the operator changes both.
func (k *Key) apply(from *vaultv1.Key, mask []string, operator bool) error {
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
			return errs.InvalidArgument("a limit of pictures needs a limit of runs: set budget.runs too").Field("key.budget.runs", "required")
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
	if k.Kind == KindGuest && !k.budget.runs.Valid {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_LIMITS_REQUIRED,
			"the guest key needs a budget, because anyone can run on it").Field("key.budget", "required")
	}
	if operator {
		k.allowed = k.budget
		return nil
	}
	return k.withinAllowed()
}

func (k *Key) withinAllowed() error {
	if k.budget.within(k.allowed) {
		return nil
	}
	return errs.PermissionDenied("the operator has set the budget of this key to %s: members may lower it, but not raise or remove it", k.allowed).
		Field("key.budget", "at most "+k.allowed.String())
}

func (k Key) message() *vaultv1.Key {
	m := &vaultv1.Key{
		Name: k.Name(), Title: k.title, Prefix: k.prefix, Budget: k.budget.message(), OperatorBudget: k.allowed.message(), CreateTime: timestamppb.New(sqldb.FromMicros(k.createTime)),
	}
	if k.Person != "" {
		m.Person = PersonName(k.Workspace, k.Person)
	}
	if k.RevokeTime.Valid {
		m.RevokeTime = timestamppb.New(sqldb.FromMicros(k.RevokeTime.Int64))
	}
	return m
}
