package policy

import (
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// checkSlots refuses a run through a link whose version must not be shared, or whose
// hidden credentials were not granted for it.
func (d *Decision) checkSlots() error {
	if d.Link == nil {
		return nil
	}
	if err := definition.Shareable(d.Analysis); err != nil {
		return err
	}
	if err := definition.SinksShareable(d.Analysis); err != nil && d.Sinks {
		return err
	}
	if !d.hidden() {
		return nil
	}
	if d.Analysis.HasSlots() && !d.Link.Granted() {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_UNBOUND,
			"the workflow has changed, and its owner has not yet confirmed the use of hidden credentials by the new version; ask the owner to resume the link")
	}
	return d.Analysis.CheckSteered() // a grant may be older than this rule
}

// broughtInputs returns the inputs that bring a value. An empty string is no credential.
func broughtInputs(r request) []string {
	return slices.DeleteFunc(slices.Clone(r.GetInputs()), func(name string) bool {
		why, invalid := r.GetInvalidCredentialInputs()[name]
		return invalid && why == ""
	})
}

// bindVisitorSlots fills each slot with an input of the visitor. given are the inputs that
// bring a value.
func (d *Decision) bindVisitorSlots(given []string) {
	for _, sl := range d.Analysis.Slots {
		if sl.Input != "" && !slices.Contains(given, sl.Input) {
			continue // an optional one that was left out
		}
		d.bindInput(sl, sl.VisitorInput)
	}
}

// bindInput fills a slot with an input. One input may fill several slots.
func (d *Decision) bindInput(sl definition.Slot, input string) {
	kind, name, prefix := sl.BroughtPlace()
	d.Slots = append(d.Slots, grant.Slot{
		Step: sl.Step, Field: sl.Field, Input: input, Destination: sl.Destination,
		Provider: sl.Provider, SlotKind: kind, SlotName: name, SlotPrefix: prefix,
	})
	named := func(c *sharinginternalv1.CredentialInput) bool { return c.GetName() == input }
	if !slices.ContainsFunc(d.CredentialInputs, named) {
		d.CredentialInputs = append(d.CredentialInputs, &sharinginternalv1.CredentialInput{Name: input})
	}
}

// bindOwnerSlots fills each slot with a credential of the owner, or with an input where
// the definition says so. known are the owner's credentials by ID.
func (d *Decision) bindOwnerSlots(known map[string]*vaultv1.Credential, given []string) error {
	for _, sl := range d.Analysis.Slots {
		if sl.Input == "" {
			if err := d.bindCredential(sl, known[sl.Credential]); err != nil {
				return err
			}
			continue
		}
		if !slices.Contains(given, sl.Input) {
			continue // an optional one that was left out
		}
		if !sl.Constant {
			return openDestination(sl)
		}
		d.bindInput(sl, sl.Input)
	}
	return nil
}

// bindCredential fills a slot with a credential of the owner, nil if it does not exist.
func (d *Decision) bindCredential(sl definition.Slot, c *vaultv1.Credential) error {
	if sl.Unbound() {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_UNBOUND,
			"%s needs a credential and has none: bind one ($credentials.<id>); nothing was charged", sl.Path()).
			With("step", sl.Step).With("field", sl.Field)
	}
	if c == nil {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
			"%s refers to a credential that the workspace does not have", sl.Path()).With("step", sl.Step).With("field", sl.Field)
	}
	if err := definition.CheckPlace(sl, c); err != nil {
		return err
	}
	destination := ownDestination(sl, c)
	if destination == "" {
		return openDestination(sl)
	}
	d.Slots = append(d.Slots, grant.Slot{
		Step: sl.Step, Field: sl.Field, Credential: names.Credential(d.Owner, sl.Credential), Destination: destination,
	})
	return nil
}

// ownDestination returns where a credential of the owner may be sent: where the step says.
// If that is not constant, it is the only host of the credential, or "" if it has several.
func ownDestination(sl definition.Slot, c *vaultv1.Credential) string {
	if sl.Constant {
		return sl.Destination
	}
	if len(c.GetHosts()) != 1 {
		return ""
	}
	only, err := inspect.CanonicalDestination(c.GetHosts()[0])
	if err != nil {
		return ""
	}
	return only
}

func openDestination(sl definition.Slot) error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT,
		"%s takes a credential, but where it is sent is not constant; write the address into the step", sl.Path()).
		With("step", sl.Step).With("field", sl.Field)
}
