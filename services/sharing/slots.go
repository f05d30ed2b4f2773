package sharing

import (
	"context"
	"maps"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// visitorBrings reports whether the slots are filled by inputs.
func (d *decision) visitorBrings() bool { return d.right != nil && !d.right.Share.Hidden() }

// slotsOf says what may go into each slot, and where.
func (s *Service) slotsOf(ctx context.Context, d *decision, r *sharinginternalv1.AuthorizeRunRequest) error {
	if d.right != nil {
		if err := definition.Shareable(d.analysis); err != nil {
			return err
		}
		if err := definition.SinksShareable(d.analysis); err != nil && d.sinks {
			return err
		}
	}
	if d.right != nil && d.right.Share.Hidden() && d.analysis.HasSlots() && !d.right.Granted() {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_UNBOUND,
			"the workflow has changed, and its owner has not confirmed yet that the hidden credentials may be used by the new version")
	}
	if d.visitorBrings() {
		d.visitorSlots(brought(r))
		return nil
	}
	if d.right != nil { // of grants that are older than the rule
		if err := d.analysis.CheckSteered(); err != nil {
			return err
		}
	}
	known, err := s.peers.Credentials(ctx, d.owner, d.analysis.CredentialIDs())
	if err != nil {
		return err
	}
	return d.ownerSlots(known, brought(r))
}

// brought are the inputs that bring something: an empty text is no credential.
func brought(r *sharinginternalv1.AuthorizeRunRequest) []string {
	return slices.DeleteFunc(slices.Clone(r.GetInputs()), func(name string) bool {
		why, unfit := r.GetUnfitInputs()[name]
		return unfit && why == ""
	})
}

// visitorSlots turns each slot into what the visitor's input brings.
func (d *decision) visitorSlots(given []string) {
	for _, sl := range d.analysis.Slots {
		if sl.Input != "" && !slices.Contains(given, sl.Input) {
			continue // an optional one that was left out
		}
		d.bringInput(sl, sl.VisitorInput)
	}
}

func (d *decision) bringInput(sl definition.Slot, input string) {
	kind, name, prefix := sl.BroughtPlace()
	d.slots = append(d.slots, grant.Slot{
		Step: sl.Step, Field: sl.Field, Input: input, Destination: sl.Destination,
		Provider: sl.Provider, SlotKind: kind, SlotName: name, SlotPrefix: prefix,
	})
	named := func(c *sharinginternalv1.CredentialInput) bool { return c.GetName() == input }
	if !slices.ContainsFunc(d.credentialInputs, named) {
		d.credentialInputs = append(d.credentialInputs, &sharinginternalv1.CredentialInput{Name: input})
	}
}

// ownerSlots binds each slot to the owner's credential: of an own run, or hidden.
func (d *decision) ownerSlots(known map[string]*vaultv1.Credential, given []string) error {
	for _, sl := range d.analysis.Slots {
		switch {
		case sl.Input != "":
			if !slices.Contains(given, sl.Input) {
				continue
			}
			if !sl.Constant {
				return undecided(sl)
			}
			d.bringInput(sl, sl.Input)
		case sl.Unbound():
			return errs.FailedPrecondition(errorsv1.Reason_REASON_SLOT_UNBOUND,
				"%s needs a credential and has none: bind one ($credentials.<id>); nothing was charged", sl.Path()).
				With("step", sl.Step).With("field", sl.Field)
		case known[sl.Credential] == nil:
			return errs.FailedPrecondition(errorsv1.Reason_REASON_CREDENTIAL_UNKNOWN,
				"%s refers to a credential that the workspace does not have", sl.Path()).With("step", sl.Step).With("field", sl.Field)
		default:
			if err := definition.CheckPlace(sl, known[sl.Credential]); err != nil {
				return err
			}
			destination := ownDestination(sl, known[sl.Credential])
			if destination == "" {
				return undecided(sl)
			}
			d.slots = append(d.slots, grant.Slot{
				Step: sl.Step, Field: sl.Field, Credential: names.Credential(d.owner, sl.Credential), Destination: destination,
			})
		}
	}
	return nil
}

// ownDestination is where a credential of the owner's may go in an own run: where the
// step says, or, where that is not constant, the one place that the credential has.
func ownDestination(sl definition.Slot, c *vaultv1.Credential) string {
	if sl.Constant {
		return sl.Destination
	}
	if len(c.GetHosts()) != 1 {
		return ""
	}
	only, err := inspect.Canonical(c.GetHosts()[0])
	if err != nil {
		return ""
	}
	return only
}

func undecided(sl definition.Slot) error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_NOT_CONSTANT,
		"%s takes a credential, but where it is sent is not constant; write the address into the step", sl.Path()).
		With("step", sl.Step).With("field", sl.Field)
}

// takes is the interface that the run has.
func (d *decision) takes() *sharingv1.Interface {
	if d.visitorBrings() {
		return d.analysis.VisitorInterface
	}
	return d.analysis.OwnInterface
}

// inputsOf checks the names of the inputs: all that are missing in one error, and for
// a shared run also those that are not declared, and the destinations that were seen.
func inputsOf(_ context.Context, d *decision, r *sharinginternalv1.AuthorizeRunRequest) error {
	declared := d.takes().GetInputs()
	if err := onlyDeclared(declared, r); err != nil {
		return err
	}
	if d.right != nil {
		if err := seen(declared, r.GetDestinations()); err != nil {
			return err
		}
		if err := d.confirmed(declared, r); err != nil {
			return err
		}
	}
	if err := missing(declared, r); err != nil {
		return err
	}
	return d.unfit(declared, r)
}

// onlyDeclared refuses inputs that the workflow does not declare, null among them: a
// slip in a name would have the default used in silence.
func onlyDeclared(declared []*sharingv1.Input, r *sharinginternalv1.AuthorizeRunRequest) error {
	if r.GetIgnoreUndeclared() {
		return nil
	}
	undeclared := map[string]bool{}
	for name := range r.GetForms() {
		undeclared[name] = true
	}
	for _, name := range r.GetInputs() {
		undeclared[name] = true
	}
	for _, in := range declared {
		delete(undeclared, in.GetName())
	}
	if len(undeclared) == 0 {
		return nil
	}
	unknown := slices.Sorted(maps.Keys(undeclared))
	e := errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_UNKNOWN, "the workflow does not declare the inputs %s; nothing was charged", errs.Quoted(unknown))
	for _, name := range unknown {
		e = e.Field("inputs."+name, "is not declared by the workflow")
	}
	return e
}

// seen compares the destinations that the visitor was shown with those of the version.
func seen(declared []*sharingv1.Input, destinations map[string]string) error {
	for name, shown := range destinations {
		at := slices.IndexFunc(declared, func(in *sharingv1.Input) bool { return in.GetName() == name && in.GetCredential() })
		if at >= 0 && sameDestination(declared[at].GetDestination(), shown) {
			continue
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_DESTINATION_CHANGED,
			"the input %q does not go where you were shown; look at the workflow again before you give it a credential", name).With("input", name)
	}
	return nil
}

func sameDestination(a, b string) bool {
	x, err := inspect.Canonical(a)
	if err != nil {
		return false
	}
	y, err := inspect.Canonical(b)
	return err == nil && x == y
}

// missing names all required inputs that are not there; a credential that is empty is not.
func missing(declared []*sharingv1.Input, r *sharinginternalv1.AuthorizeRunRequest) error {
	var names []string
	for _, in := range declared {
		why, unfit := r.GetUnfitInputs()[in.GetName()]
		empty := in.GetCredential() && unfit && why == ""
		if in.GetRequired() && (empty || !slices.Contains(r.GetInputs(), in.GetName())) {
			names = append(names, in.GetName())
		}
	}
	if len(names) == 0 {
		return nil
	}
	e := errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_MISSING, "the run needs the inputs %s; nothing was charged", errs.Quoted(names))
	for _, name := range names {
		what := "is required"
		if slices.Contains(r.GetInputs(), name) {
			what = "is required, and is empty"
		}
		e = e.Field("inputs."+name, what)
	}
	return e
}

// unfit names all inputs that are to be credentials and cannot be, and all whose value
// is not of a kind that the workflow declares. An empty credential that is not required
// is none.
func (d *decision) unfit(declared []*sharingv1.Input, r *sharinginternalv1.AuthorizeRunRequest) error {
	var names, reasons []string
	for _, in := range declared {
		if reason := d.unfitFor(in, r); reason != "" {
			names, reasons = append(names, in.GetName()), append(reasons, reason)
		}
	}
	if len(names) == 0 {
		return nil
	}
	e := errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "the inputs %s have values that cannot be used (%s %s); nothing was charged",
		errs.Quoted(names), names[0], reasons[0])
	for i, name := range names {
		e = e.Field("inputs."+name, reasons[i])
	}
	return e
}

// unfitFor says what is wrong with an input's value; empty if nothing is.
func (d *decision) unfitFor(in *sharingv1.Input, r *sharinginternalv1.AuthorizeRunRequest) string {
	if in.GetCredential() {
		return r.GetUnfitInputs()[in.GetName()]
	}
	return d.analysis.Misfit(in.GetName(), r.GetForms()[in.GetName()].GetLevels())
}
