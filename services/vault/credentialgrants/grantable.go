package credentialgrants

import (
	"context"
	"errors"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/credentials"
)

// grantable checks every slot and reports all problems in one error.
func (s *Grants) grantable(ctx context.Context, ws string, slots []*vaultinternalv1.GrantedSlot) ([]Slot, error) {
	var (
		granted []Slot
		first   *errs.Error
	)
	for _, slot := range slots {
		g, problem, err := s.grantableSlot(ctx, ws, slot)
		switch {
		case err != nil:
			return nil, err
		case problem == nil:
			granted = append(granted, g)
		case first == nil:
			first = problem
			fallthrough
		default:
			first = first.Field("steps."+slot.GetStep()+"."+slot.GetField(), problem.Message())
		}
	}
	if first != nil {
		return nil, first
	}
	return granted, nil
}

func (s *Grants) grantableSlot(ctx context.Context, ws string, slot *vaultinternalv1.GrantedSlot) (Slot, *errs.Error, error) {
	g := Slot{Step: slot.GetStep(), Field: slot.GetField(), Credential: slot.GetCredential()}
	if g.Step == "" || g.Field == "" || g.Credential == "" {
		return g, errs.InvalidArgument("a slot needs a step, a field and a credential"), nil
	}
	c, err := credentials.Row(ctx, s.db, ws, g.Credential)
	if errors.Is(err, sqldb.ErrNoRow) {
		return g, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN, "credential %q does not exist", g.Credential), nil
	}
	if err != nil {
		return g, nil, err
	}
	d, err := s.credentials.Destination(slot.GetDestination())
	if err != nil || !slices.Contains(c.Hosts, d) {
		return g, errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_ALLOWED,
			"credential %q may not go to %s", c.ID, slot.GetDestination()), nil
	}
	if !c.Guardable {
		return g, errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"credential %q is too short or too easy to guess to be recognised in answers, so it cannot be used hidden; store a random value of 16 characters or more", c.ID), nil
	}
	g.UID, g.Destination, g.exposed = c.UID, d, c.Exposed
	return g, nil, nil
}

// A value that has caused as many suspensions as it may is exposed: no link, old or new, uses it until its owner
// stores another value. Every read of a credential counts the rows of suspensions, so there is no second state that
// could differ.

// mayOpen refuses to grant an exposed value, or to resume its grant. A grant that already has it may change, for
// example its limits, and lets no run use it.
func (g *Grant) mayOpen(earlier *Grant, resume bool) error {
	for _, slot := range g.slots {
		if slot.exposed && (resume || !earlier.has(slot)) {
			return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_EXPOSED,
				"the guard has stopped links because of credential %q, and visitors may know a part of its value: "+
					"create a new key at the provider, store it as the credential's new value, then open or resume the link", slot.Credential).
				With("credential", slot.Credential)
		}
	}
	return nil
}

// has reports whether a grant covers the credential of a slot. A nil grant covers none.
func (g *Grant) has(slot Slot) bool {
	return g != nil && slices.ContainsFunc(g.slots, func(s Slot) bool { return s.Credential == slot.Credential })
}
