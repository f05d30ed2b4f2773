package settings

import (
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
)

// sameGrant reports whether the grant of the stored row has everything that the edited row
// needs.
func (e *edit) sameGrant() bool {
	b := e.before
	return b.Hidden() && b.Calls == e.row.Calls && b.Period == e.row.Period && b.Version == e.row.Version && b.FollowLive == e.row.FollowLive &&
		b.SlotCredentials == e.row.SlotCredentials
}

// checkSlots refuses hidden credentials for a version that has no slots, or slots that
// cannot be hidden whatever credential is in them.
func checkSlots(a *definition.Analysis) error {
	if !a.HasSlots() {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_NO_SLOT,
			"hidden credentials are only for workflows with a credential: the steps were searched for a field that holds one ($credentials.<id>), and there is none")
	}
	return a.CheckSteered()
}

// prepareGrant makes the request to the vault. known are the credentials of the workspace
// that the version names, by ID.
func (e *edit) prepareGrant(a *definition.Analysis, known map[string]*vaultv1.Credential) error {
	slots, err := grantable(a, known)
	if err != nil {
		return err
	}
	e.grant = &vaultinternalv1.PutCredentialGrantRequest{
		Share: e.name(), VersionHash: a.Hash, Slots: slots, Calls: e.row.Calls, Period: vaultv1.Period(e.row.Period),
		Resume:                e.created || e.resumed, // a new share has no suspension that its owner could overlook
		ConfirmedDestinations: e.confirmed, Choice: definition.Choice(e.row.SlotCredentials),
	}
	e.row.GrantedHash = a.Hash
	return nil
}

// grantable lists the slots for a grant, or says why they cannot be hidden.
func grantable(a *definition.Analysis, known map[string]*vaultv1.Credential) ([]*vaultinternalv1.GrantedSlot, error) {
	var out []*vaultinternalv1.GrantedSlot
	for _, sl := range a.Slots {
		if sl.Input != "" {
			continue // the visitor brings it in any case
		}
		if err := hideable(sl, known[sl.Credential]); err != nil {
			return nil, err
		}
		out = append(out, &vaultinternalv1.GrantedSlot{
			Step: sl.Step, Field: sl.Field, Credential: sl.Credential, Destination: sl.Destination,
		})
	}
	return out, nil
}

// hideable says why the credential of a slot cannot be used hidden.
func hideable(sl definition.Slot, c *vaultv1.Credential) error {
	switch {
	case sl.Unbound():
		return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_UNBOUND,
			"%s has no credential: bind one ($credentials.<id>) before it can be used hidden", sl.Path()).With("step", sl.Step).With("field", sl.Field)
	case c == nil:
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
			"%s refers to the credential %q, which the workspace does not have", sl.Path(), sl.Credential).With("credential", sl.Credential)
	case !c.GetGuardable():
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_NOT_GUARDABLE,
			"the credential %q is too short or too easy to guess to be recognised in answers, so it cannot be used hidden; store a random value of 16 characters or more", sl.Credential).
			With("credential", sl.Credential)
	}
	return definition.CheckPlace(sl, c)
}
