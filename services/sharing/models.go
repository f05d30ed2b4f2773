package sharing

import (
	"context"
	"slices"

	"github.com/keyhole-dev/keyhole/services/sharing/peers"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
)

// modelsOf binds the models of a run, or names those that it may not use.
func (s *Service) modelsOf(ctx context.Context, d *decision, r *sharinginternalv1.AuthorizeRunRequest) error {
	named, brought := d.modelIDs(r.GetModelInputs())
	checks, err := s.peers.Models(ctx, d.owner, d.payingWorkspace(), named)
	if err != nil {
		return err
	}
	if err := d.bind(checks, namedRefusal); err != nil {
		return err
	}
	if checks, err = s.peers.PublicModels(ctx, d.owner, brought); err != nil {
		return err
	}
	return d.bind(checks, func(missing, private []string) error {
		return broughtRefusal(d.analysis, r.GetModelInputs(), append(missing, private...))
	})
}

// payingWorkspace is the one whose private models the key that is charged may use. The
// guest key is nobody's own: it must not bring those of the workspace that it is in.
func (d *decision) payingWorkspace() string {
	if d.charged == rpc.GuestKey && !d.paidByOwner {
		return peers.Stranger
	}
	return resource.Segment(d.charged, 0)
}

// modelIDs are the models that a run would use, each once: those on which the owner's
// word counts, and those that a visitor brought and that have to be public. The
// owner's word is what the definition names, or everything in a run of one's own.
func (d *decision) modelIDs(values map[string]string) (named, brought []string) {
	own := d.analysis.ModelIDs()
	add := func(list []string, id string) []string {
		if slices.Contains(list, id) {
			return list
		}
		return append(list, id)
	}
	for _, m := range d.analysis.Models {
		value, given := values[m.Input]
		switch given = given && m.Input != ""; {
		case given && d.right != nil && !slices.Contains(own, value):
			brought = add(brought, value)
		case given:
			named = add(named, value)
		case m.ID != "" && !m.Dynamic:
			named = add(named, m.ID)
		}
	}
	return named, brought
}

// bind gives the run the models that it may use.
func (d *decision) bind(checks []*registryinternalv1.ModelCheck, refusal func(missing, private []string) error) error {
	var missing, private []string
	for _, c := range checks {
		switch {
		case !c.GetExists():
			missing = append(missing, c.GetModelId())
		case !c.GetUsable():
			private = append(private, c.GetModelId())
		default:
			d.models = append(d.models, &sharinginternalv1.RunModel{ModelId: c.GetModelId(), Version: c.GetVersion()})
		}
	}
	if len(missing)+len(private) == 0 {
		return nil
	}
	return refusal(missing, private)
}

func namedRefusal(missing, private []string) error {
	if len(missing) > 0 {
		return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_NOT_FOUND,
			"the workflow uses a model that does not exist, or that its owner may not use: %s", errs.Quoted(missing)).With("models", missing[0])
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_MODEL_PRIVATE,
		"the workflow uses the private model %s, and its owner has not opened run access; nothing was charged", errs.Quoted(private)).
		With("model", private[0])
}

// broughtRefusal says the same of a model that is not public as of one that is not
// there: whether the owner has a model of that name is nobody's business.
func broughtRefusal(analysis *definition.Analysis, values map[string]string, unusable []string) error {
	e := errs.InvalidArgument(errorsv1.Reason_REASON_MODEL_NOT_FOUND,
		"there is no public model %s; through a link an input can name public models, and those that the workflow names itself; nothing was charged",
		errs.Quoted(unusable)).With("model", unusable[0])
	for _, name := range analysis.ModelInputs() {
		if value, given := values[name]; given && slices.Contains(unusable, value) {
			e = e.Field("inputs."+name, "names no public model")
		}
	}
	return e
}

// askFor names the inputs that came and decide models, and whose values the request
// has not brought. What also fills a slot is never asked for: it is a secret, and
// would be compared with the names of models.
func askFor(a *definition.Analysis, r *sharinginternalv1.AuthorizeRunRequest) ([]string, error) {
	var asks []string
	for _, name := range a.ModelInputs() {
		if !slices.Contains(r.GetInputs(), name) {
			continue
		}
		if slices.ContainsFunc(a.Slots, func(s definition.Slot) bool { return s.Input == name || s.VisitorInput == name }) {
			return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID,
				"the input %q decides a model and is a credential as well; the workflow needs an input for each", name).
				Field("inputs."+name, "decides a model and is a credential as well")
		}
		if _, brought := r.GetModelInputs()[name]; !brought {
			asks = append(asks, name)
		}
	}
	return asks, nil
}
