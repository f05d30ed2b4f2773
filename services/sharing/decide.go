package sharing

import (
	"context"
	"slices"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// decision is on whose behalf a run would happen, and with what. It says nothing of
// budgets: those are the meter's.
type decision struct {
	principal caller.Principal
	// caller is who asks, as one word; visitor the pseudonym that the owner sees.
	caller, visitor string
	run, requestID  string
	proof           []byte
	start           time.Time

	// right is nil for a run of the caller's own.
	right    *shares.Resolved
	owner    string
	workflow workflows.Workflow
	version  int64
	analysis *definition.Analysis

	charged          string
	paidByOwner      bool
	scopes           []meter.Scope
	slots            []grant.Slot
	credentialInputs []*sharinginternalv1.CredentialInput
	models           []*sharinginternalv1.RunModel
	// pictures is how many the run brings in.
	pictures int64
	// asks names inputs whose values are needed before anything can be decided.
	asks  []string
	sinks bool
}

// decide applies the table: it finds what is to run and on whose behalf, or says why
// it does not.
func (s *Service) decide(ctx context.Context, r *sharinginternalv1.AuthorizeRunRequest) (*decision, error) {
	d := &decision{principal: caller.From(ctx), run: r.GetRun(), proof: r.GetProofHash(), start: s.now().Truncate(time.Microsecond)}
	d.caller = callerOf(d.principal)
	if d.caller == "" {
		return nil, errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "a run needs a caller; present a key")
	}
	if err := s.target(ctx, d, r); err != nil {
		return nil, err
	}
	if len(d.analysis.Problems) > 0 {
		return nil, definition.Invalid(d.analysis.Problems)
	}
	if err := definition.Runnable(d.analysis); err != nil {
		return nil, err
	}
	if err := d.keepsPromise(r); err != nil {
		return nil, err
	}
	var err error
	if d.asks, err = askFor(d.analysis, r); err != nil || len(d.asks) > 0 {
		return d, err
	}
	rules := []func(context.Context, *decision, *sharinginternalv1.AuthorizeRunRequest) error{
		s.payer, s.modelsOf, s.slotsOf, inputsOf, s.budgets,
	}
	for _, rule := range rules {
		if err := rule(ctx, d, r); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// callerOf names who asks; "" for nobody.
func callerOf(p caller.Principal) string {
	switch {
	case p.Kind == caller.Guest:
		return "guest:" + p.Visitor
	case p.Kind != caller.None && p.Key != "":
		return p.Key
	default:
		return ""
	}
}

func (s *Service) target(ctx context.Context, d *decision, r *sharinginternalv1.AuthorizeRunRequest) error {
	switch t := r.GetTarget().(type) {
	case *sharinginternalv1.AuthorizeRunRequest_Workflow:
		return s.ownWorkflow(ctx, d, t.Workflow, int64(r.GetVersion()))
	case *sharinginternalv1.AuthorizeRunRequest_Token:
		return s.sharedWorkflow(ctx, d, t.Token, r)
	case *sharinginternalv1.AuthorizeRunRequest_Definition:
		return s.inlineDefinition(d, t.Definition)
	default:
		return resource.Invalid("target", "name a workflow, a link or a definition")
	}
}

// ownWorkflow is a workflow of the caller's workspace. Another's looks like none.
func (s *Service) ownWorkflow(ctx context.Context, d *decision, name string, number int64) error {
	if d.principal.Kind != caller.Member || resource.Segment(name, 0) != d.principal.Workspace {
		return resource.NotFound("workflow")
	}
	w, err := s.store.FindLive(ctx, name)
	if err != nil {
		return err
	}
	if number == 0 {
		number = w.Live
	}
	v, err := s.store.Version(ctx, w, number)
	if err != nil {
		return err
	}
	d.owner, d.workflow, d.version, d.sinks = w.Workspace, w, number, true
	d.analysis = s.definitions.Of(v.Definition, v.Hash)
	return nil
}

// sharedWorkflow is what a link opens, if it may run at all.
func (s *Service) sharedWorkflow(ctx context.Context, d *decision, token string, r *sharinginternalv1.AuthorizeRunRequest) error {
	right, err := s.resolver.ByToken(ctx, token)
	if err != nil {
		return err
	}
	if r.GetVersion() != 0 {
		return errs.InvalidArgument(errorsv1.Reason_REASON_DEFINITION_FORBIDDEN, "a link decides on the version itself")
	}
	if err := right.Runnable(s.now()); err != nil {
		return err
	}
	d.right, d.owner, d.workflow, d.version = right, right.Share.Workspace, right.Workflow, right.Version.Number
	d.analysis, d.sinks = right.Analysis, right.Share.Sinks
	d.visitor = s.links.Pseudonym(d.owner, d.caller)
	return nil
}

// payer decides whose key is charged. There is never another one.
func (s *Service) payer(_ context.Context, d *decision, _ *sharinginternalv1.AuthorizeRunRequest) error {
	switch {
	case d.right != nil && d.right.OwnerPays():
		d.charged, d.paidByOwner = d.right.Share.ChargedKey, true
	case d.principal.Kind == caller.Guest:
		d.charged = rpc.GuestKey
	default:
		d.charged = d.principal.Key
	}
	return nil
}

// budgets is the scopes that the run is reserved on, in their fixed order.
func (s *Service) budgets(ctx context.Context, d *decision, r *sharinginternalv1.AuthorizeRunRequest) error {
	d.pictures = d.analysis.Pictures(r.GetInputs(), r.GetElements())
	key, err := s.peers.Key(ctx, d.charged)
	if err != nil {
		return err
	}
	if !key.GetActive() {
		return d.deadKey()
	}
	var limits budget.ShareLimits
	if d.right != nil {
		limits = d.right.Share.Limits()
	}
	d.scopes = budget.Scopes(d.charged, key.GetBudget(), limits, s.cfg.guestLimit(), budget.VisitorOf(d.caller, d.callerWorkspace()))
	return nil
}

// deadKey says that the key that would be charged cannot be.
func (d *decision) deadKey() error {
	switch {
	case d.paidByOwner:
		return errs.FailedPrecondition(errorsv1.Reason_REASON_RUN_REVOKED,
			"the key that this link's runs are charged to was revoked; its owner has to name another")
	case d.charged == rpc.GuestKey:
		return errs.PermissionDenied(errorsv1.Reason_REASON_PERMISSION_DENIED, "visitors without a key cannot run here; present a key of your own")
	default:
		return errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "the key is revoked")
	}
}

func (d *decision) preview() bool { return d.right != nil }

func (d *decision) callerWorkspace() string {
	if d.principal.Kind == caller.Guest {
		return ""
	}
	return d.principal.Workspace
}

func (d *decision) shareUID() string {
	if d.right == nil {
		return ""
	}
	return d.right.Share.UID
}

func (d *decision) shareID() string {
	if d.right == nil {
		return ""
	}
	return d.right.Share.ID
}

func (d *decision) shareName() string {
	if d.right == nil {
		return ""
	}
	return d.right.Name()
}

func (d *decision) name() string {
	row := ledger.Run{ID: d.run, OwnerWorkspace: d.owner, ChargedWorkspace: resource.Segment(d.charged, 0)}
	return row.NameFor(d.principal)
}

func (d *decision) modelVersions() []string {
	var out []string
	for _, m := range d.models {
		if !slices.Contains(out, m.GetVersion()) {
			out = append(out, m.GetVersion())
		}
	}
	return out
}

func (d *decision) conditions() ledger.Conditions {
	r := ledger.Conditions{Owner: d.paidByOwner, Proof: d.proof}
	if d.right != nil {
		r.Epoch, r.Hidden = d.right.Share.LinkEpoch, d.right.Share.Hidden() && d.analysis.HasSlots()
	}
	return r
}
