package policy

import (
	"maps"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// checkInputs checks the inputs of a request against those that the run declares. Each
// rule names all inputs that break it in one error.
func (d *Decision) checkInputs(r request) error {
	declared := d.inputs()
	if err := onlyDeclared(declared, r); err != nil {
		return err
	}
	if d.Link != nil {
		if err := checkShown(declared, r.GetDestinations()); err != nil {
			return err
		}
		if err := d.checkMoved(declared, r); err != nil {
			return err
		}
	}
	if err := allRequired(declared, r); err != nil {
		return err
	}
	return d.allFit(declared, r)
}

// checkFixed refuses inputs that the owner of the link has hidden, also those that are null,
// and also from clients whose undeclared inputs are ignored: the definition declares them.
func (d *Decision) checkFixed(r request) error {
	given := map[string]bool{}
	for name := range r.GetForms() {
		given[name] = d.Link.HidesInput(name)
	}
	for _, name := range r.GetInputs() {
		given[name] = d.Link.HidesInput(name)
	}
	maps.DeleteFunc(given, func(_ string, hidden bool) bool { return !hidden })
	if len(given) == 0 {
		return nil
	}
	fixed := slices.Sorted(maps.Keys(given))
	e := errs.InvalidArgument("the owner of this link has fixed the inputs %s; leave them out; nothing was charged", errs.Quoted(fixed)).WithReason(errorsv1.Reason_REASON_INPUT_UNKNOWN)
	for _, name := range fixed {
		e = e.Field("inputs."+name, "is fixed by the owner of this link")
	}
	return e
}

// onlyDeclared refuses inputs that the workflow does not declare, also those that are
// null. Otherwise a typing error in a name would silently use the default.
func onlyDeclared(declared []*sharingv1.Input, r request) error {
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
	e := errs.InvalidArgument("the workflow does not declare the inputs %s; nothing was charged", errs.Quoted(unknown)).WithReason(errorsv1.Reason_REASON_INPUT_UNKNOWN)
	for _, name := range unknown {
		e = e.Field("inputs."+name, "is not declared by the workflow")
	}
	return e
}

// allRequired refuses a request without a required input. An empty credential is missing.
func allRequired(declared []*sharingv1.Input, r request) error {
	var missing []string
	for _, in := range declared {
		why, invalid := r.GetInvalidCredentialInputs()[in.GetName()]
		empty := in.GetCredential() && invalid && why == ""
		if in.GetRequired() && (empty || !slices.Contains(r.GetInputs(), in.GetName())) {
			missing = append(missing, in.GetName())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	e := errs.InvalidArgument("the run needs the inputs %s; nothing was charged", errs.Quoted(missing)).WithReason(errorsv1.Reason_REASON_INPUT_MISSING)
	for _, name := range missing {
		what := "is required"
		if slices.Contains(r.GetInputs(), name) {
			what = "is required, and is empty"
		}
		e = e.Field("inputs."+name, what)
	}
	return e
}

// allFit refuses credentials that cannot be one, and values that do not have the declared
// kind. An empty credential that is not required is no value.
func (d *Decision) allFit(declared []*sharingv1.Input, r request) error {
	var invalid, reasons []string
	for _, in := range declared {
		if reason := d.misfit(in, r); reason != "" {
			invalid, reasons = append(invalid, in.GetName()), append(reasons, reason)
		}
	}
	if len(invalid) == 0 {
		return nil
	}
	e := errs.InvalidArgument("the inputs %s have values that cannot be used (%s %s); nothing was charged",
		errs.Quoted(invalid), invalid[0], reasons[0]).WithReason(errorsv1.Reason_REASON_INPUT_INVALID)
	for i, name := range invalid {
		e = e.Field("inputs."+name, reasons[i])
	}
	return e
}

// misfit says what is wrong with the value of an input, or "".
func (d *Decision) misfit(in *sharingv1.Input, r request) string {
	if in.GetCredential() {
		return r.GetInvalidCredentialInputs()[in.GetName()]
	}
	return d.Analysis.Misfit(in.GetName(), r.GetForms()[in.GetName()].GetLevels())
}
