package policy

import (
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/peers"
	"github.com/keyhole-dev/keyhole/services/workflow/wellknown"
)

// modelIDs returns the models that the run would use, each once. values are the inputs
// that choose models.
//
// named are those that the owner chose: what the definition names, and everything in an
// own run. brought are those that a visitor chose; they must be public.
func (d *Decision) modelIDs(values map[string]string) (named, brought []string) {
	ofDefinition := d.Analysis.ModelIDs()
	for _, m := range d.Analysis.Models {
		value, given := values[m.Input]
		switch given = given && m.Input != ""; {
		case given && d.Link != nil && !slices.Contains(ofDefinition, value):
			brought = addOnce(brought, value)
		case given:
			named = addOnce(named, value)
		case m.ID != "" && !m.Dynamic:
			named = addOnce(named, m.ID)
		}
	}
	return named, brought
}

// pins returns what the model IDs of the definition mean in a run through a link. In an own
// run they mean what the aliases and models of the workspace are now.
func (d *Decision) pins() peers.Pins {
	if d.Link == nil {
		return nil
	}
	return d.Link.Version.Pins
}

// useModels gives the run the models that it may use.
func (d *Decision) useModels(checks []*registryinternalv1.ModelCheck, refusal func(missing, private []string) error) error {
	var missing, private []string
	for _, c := range checks {
		switch {
		case !c.GetExists():
			missing = append(missing, c.GetModelId())
		case !c.GetUsable():
			private = append(private, c.GetModelId())
		default:
			d.Models = append(d.Models, &sharinginternalv1.RunModel{ModelId: c.GetModelId(), Version: c.GetVersion()})
		}
	}
	if len(missing)+len(private) == 0 {
		return nil
	}
	return refusal(missing, private)
}

func namedRefusal(missing, private []string) error {
	if len(missing) > 0 {
		more := ""
		if len(missing) > 1 {
			more = "; there is also no " + errs.Quoted(missing[1:])
		}
		return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_NOT_FOUND, "%s%s", wellknown.Advice(missing[0]), more).With("models", missing[0])
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_PRIVATE,
		"the workflow uses the private model %s, and its owner has not opened run access; nothing was charged", errs.Quoted(private)).
		With("model", private[0])
}

// broughtRefusal gives the same answer for a model that is not public and for one that
// does not exist: visitors must not learn the names of the owner's models.
func broughtRefusal(a *definition.Analysis, values map[string]string, unusable []string) error {
	e := errs.InvalidArgument("there is no public model %s; through a link, an input can name public models and the models that the workflow itself names; nothing was charged",
		errs.Quoted(unusable)).WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND).With("model", unusable[0])
	for _, name := range a.ModelInputs() {
		if value, given := values[name]; given && slices.Contains(unusable, value) {
			e = e.Field("inputs."+name, "names no public model")
		}
	}
	return e
}

// asksFor returns the given inputs that choose models and whose values are not in the
// request. It refuses an input that also fills a slot, and never asks for it: its value is
// a secret, and would be sent to the registry as the name of a model.
func asksFor(a *definition.Analysis, r request) ([]string, error) {
	var asks []string
	for _, name := range a.ModelInputs() {
		if !slices.Contains(r.GetInputs(), name) {
			continue
		}
		if slices.ContainsFunc(a.Slots, func(s definition.Slot) bool { return s.Input == name || s.VisitorInput == name }) {
			return nil, errs.InvalidArgument("the input %q chooses a model and is also a credential; use one input for each", name).WithReason(errorsv1.Reason_REASON_INPUT_INVALID).
				Field("inputs."+name, "chooses a model and is also a credential")
		}
		if _, brought := r.GetModelInputs()[name]; !brought {
			asks = append(asks, name)
		}
	}
	return asks, nil
}
