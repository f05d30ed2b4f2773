package sharing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
	"github.com/keyhole-dev/keyhole/services/sharing/shares"
)

// maxViews bounds the callers for whom a link's view is kept; it lives for a moment.
const maxViews = 4096

// prepared is the view of a link as bytes: the part that is the same for all callers,
// and the whole for those who asked since the rights were read.
type prepared struct {
	static []byte
	flight singleflight.Group

	mu    sync.RWMutex
	views map[string]*sharingv1.SharedWorkflow
}

// prepare marshals what does not depend on who asks.
func (s *Service) prepare(r *shares.Resolved) *prepared {
	iface := r.Analysis.VisitorInterface
	if r.Share.Hidden() {
		iface = r.Analysis.OwnInterface
	}
	static, err := proto.Marshal(&sharingv1.SharedWorkflow{
		Title: r.Workflow.Title, Description: r.Workflow.Description, Owner: r.Owner, Version: int32(r.Version.Number),
		VersionHash: s.links.VersionMark(r.Share.UID, r.Version.Hash), Definition: r.Analysis.Redacted, Interface: iface, Graph: r.Analysis.Graph,
		Samples: r.Share.SampleList(), ForkAllowed: !r.Share.ForkDisabled, FrameOrigins: r.Share.FrameOriginList(), RunOrigins: r.Share.RunOriginList(), UpdateTime: resource.Timestamp(r.Version.Created),
	})
	if err != nil { // a text that is not UTF-8 cannot have been stored
		static = nil
	}
	return &prepared{static: static, views: map[string]*sharingv1.SharedWorkflow{}}
}

// view returns the view of a link, which lives as long as what the link opens.
func (s *Service) view(r *shares.Resolved) *prepared {
	return r.Memo(func() any { return s.prepare(r) }).(*prepared)
}

// GetSharedWorkflow implements the RPC. Within a moment the same caller gets the same
// bytes, without a query and without marshalling anew.
func (s public) GetSharedWorkflow(ctx context.Context, r *sharingv1.GetSharedWorkflowRequest) (*sharingv1.SharedWorkflow, error) {
	right, err := s.resolver.ByToken(ctx, r.GetToken())
	if err != nil {
		return nil, err
	}
	if err := right.Visible(s.now()); err != nil {
		return nil, err
	}
	p := caller.From(ctx)
	key := callerOf(p)
	kept := s.view(right)
	kept.mu.RLock()
	view := kept.views[key]
	kept.mu.RUnlock()
	if view != nil {
		return view, nil
	}
	v, err, _ := kept.flight.Do(key, func() (any, error) {
		return s.viewFor(context.WithoutCancel(ctx), right, p)
	})
	if err != nil {
		return nil, err
	}
	return v.(*sharingv1.SharedWorkflow), nil
}

// viewFor completes a view for one caller. The reply is a message whose fields are all
// in its unknown bytes: on the wire that is the same, and it costs a copy to send.
func (s *Service) viewFor(ctx context.Context, r *shares.Resolved, p caller.Principal) (*sharingv1.SharedWorkflow, error) {
	state, err := s.stateFor(ctx, r, p)
	if err != nil {
		return nil, err
	}
	raw, err := proto.MarshalOptions{}.MarshalAppend(append([]byte(nil), s.view(r).static...), state)
	if err != nil {
		return nil, fmt.Errorf("marshal view: %w", err)
	}
	view := &sharingv1.SharedWorkflow{}
	view.ProtoReflect().SetUnknown(raw)
	kept := s.view(r)
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if len(kept.views) >= maxViews {
		clear(kept.views)
	}
	kept.views[callerOf(p)] = view
	return view, nil
}

// stateFor is what a view says that depends on the caller and the moment. It asks the
// same rules that a run is decided by, and says of each why it would refuse.
func (s *Service) stateFor(ctx context.Context, r *shares.Resolved, p caller.Principal) (*sharingv1.SharedWorkflow, error) {
	d := &decision{
		principal: p, caller: callerOf(p), start: s.now(), right: r, owner: r.Share.Workspace, workflow: r.Workflow,
		version: r.Version.Number, analysis: r.Analysis, sinks: r.Share.Sinks,
	}
	terms := &sharingv1.Terms{
		Destinations: r.Analysis.Destinations, SinksEnabled: r.Share.Sinks, Credentials: credentialsOf(r), MovedCredentials: r.MovedCredentials(),
	}
	refuse := func(err error) error {
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Code() == codes.Unavailable || e.Code() == codes.Internal {
			return err
		}
		terms.Blocked = append(terms.Blocked, e.Message())
		return nil
	}
	rules := []func(context.Context, *decision, *sharinginternalv1.AuthorizeRunRequest) error{
		func(context.Context, *decision, *sharinginternalv1.AuthorizeRunRequest) error {
			return r.Runnable(s.now())
		},
		func(context.Context, *decision, *sharinginternalv1.AuthorizeRunRequest) error {
			if len(r.Analysis.Problems) > 0 {
				return definition.Invalid(r.Analysis.Problems)
			}
			return definition.Runnable(r.Analysis)
		},
		s.payer, s.modelsOf, s.slotsOf, s.budgets,
	}
	for _, rule := range rules {
		if err := rule(ctx, d, nil); err != nil {
			if err := refuse(err); err != nil {
				return nil, err
			}
		}
	}
	terms.Charged = d.chargedWord()
	left, err := s.leftFor(ctx, d, terms)
	if err != nil {
		return nil, err
	}
	terms.Summary = summary(terms)
	return &sharingv1.SharedWorkflow{Terms: terms, Allowances: left, Runnable: len(terms.Blocked) == 0}, nil
}

// leftFor is what the caller is told that it has left. What nothing is left of stops
// runs, also where it is another's and how much it was is not told.
func (s *Service) leftFor(ctx context.Context, d *decision, terms *sharingv1.Terms) ([]*sharingv1.Allowance, error) {
	limited := budget.Visible(d.scopes, true)
	left, err := s.allowances(ctx, limited)
	if err != nil {
		return nil, err
	}
	ownKey := d.principal.Kind != caller.Guest && d.charged == d.principal.Key
	var told []*sharingv1.Allowance
	for i, a := range left {
		own := limited[i].Kind != meter.Key || ownKey
		if own {
			told = append(told, a)
		}
		switch {
		case a.GetRunsLeft() > 0 && (a.GetPicturesLeft() > 0 || len(d.analysis.Batches) == 0):
		case own && a.GetRunsLeft() > 0:
			terms.Blocked = append(terms.Blocked, "the allowance of pictures of the "+a.GetScope()+" is used up")
		case own:
			terms.Blocked = append(terms.Blocked, "the allowance of the "+a.GetScope()+" is used up")
		default:
			terms.Blocked = append(terms.Blocked, "the allowance of the key that pays, the "+terms.GetCharged()+"'s, is used up")
		}
	}
	return told, nil
}

func (d *decision) chargedWord() string {
	switch {
	case d.paidByOwner:
		return "owner"
	case d.charged == rpc.GuestKey:
		return "guest"
	default:
		return "visitor"
	}
}

// credentials says whose credentials the runs of a link use.
func credentialsOf(r *shares.Resolved) string {
	switch {
	case len(r.Analysis.Slots) == 0:
		return "none"
	case r.Share.Hidden() && r.Analysis.HasSlots():
		return "owner"
	default:
		return "visitor"
	}
}

// summary is the terms in one line.
func summary(t *sharingv1.Terms) string {
	parts := []string{map[string]string{
		"owner":   "Runs are charged to the owner.",
		"visitor": "Runs are charged to your own key.",
		"guest":   "Without a key of yours, runs use this installation's small allowance for guests.",
	}[t.GetCharged()]}
	switch t.GetCredentials() {
	case "owner":
		parts = append(parts, "The owner's hidden credentials are used; nobody sees them.")
	case "visitor":
		parts = append(parts, "You bring the credentials; they are kept for the run alone.")
	}
	if moved := t.GetMovedCredentials(); len(moved) > 0 {
		parts = append(parts, "Since this link was made, its owner has changed where "+errs.Quoted(moved)+" is sent.")
	}
	if where := t.GetDestinations(); len(where) > 0 {
		parts = append(parts, "Data goes to "+strings.Join(where, ", ")+".")
	} else {
		parts = append(parts, "Data stays in this installation.")
	}
	return strings.Join(parts, " ")
}
