package sharing_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackPermissions multiplies what an owner allows and the RPCs of visitors, before the start of the
// link and after it. TestAttackPermissionsOverHTTP does the same with the entries of the gateway.
func TestAttackPermissions(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "links that allow only a part, and links before their start")
	const denied, early = errorsv1.Reason_REASON_SHARE_PERMISSION_DENIED, errorsv1.Reason_REASON_SHARE_NOT_STARTED
	on(t, func(t *testing.T, s *harness) {
		for id, c := range map[string]struct {
			share *sharingv1.Share
			want  map[string]errorsv1.Reason
		}{
			"alls": {&sharingv1.Share{}, nil},
			"norn": {&sharingv1.Share{RunDisabled: true}, map[string]errorsv1.Reason{"run": denied}},
			"novw": {&sharingv1.Share{ViewDisabled: true}, map[string]errorsv1.Reason{"fork": denied}},
			"nofk": {&sharingv1.Share{ForkDisabled: true}, map[string]errorsv1.Reason{"fork": denied}},
		} {
			s.workflow("acme", id, plainWorkflow)
			c.share.StartTime = timestamppb.New(s.clock.now().Add(time.Hour))
			l := &gatedLink{harness: s, share: s.share("acme", id, c.share)}
			cell := func(state string, all errorsv1.Reason) {
				for entry, do := range l.entries(l.share.GetToken()) {
					expected := all
					if special, ok := c.want[entry]; ok && all == opens {
						expected = special
					}
					err := do(s.member("visitor"))
					a.Attempt(errs.ReasonOf(err) == expected && (err == nil) == (expected == opens), "%s, %s, %s: %v, want %v", id, entry, state, err, expected)
				}
			}
			cell("early", early)
			s.clock.advance(2 * time.Hour)
			cell("in time", opens)
			view, err := s.api.GetSharedWorkflow(s.member("visitor"), &sharingv1.GetSharedWorkflowRequest{Token: l.share.GetToken()})
			must(t, err)
			hides := c.share.GetViewDisabled()
			a.Attempt((len(view.GetDefinition()) == 0) == hides && (view.GetGraph() == nil) == hides, "%s: the view has %q", id, view.GetDefinition())
			if len(view.GetInterface().GetInputs()) == 0 || view.GetRunAllowed() == c.share.GetRunDisabled() || view.GetViewAllowed() == hides {
				t.Errorf("%s: the view is %v", id, view)
			}
		}
	})
}

func TestLinksThatAllowNothingAreRefused(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "flow", plainWorkflow)
		in := func(d time.Duration) *timestamppb.Timestamp { return timestamppb.New(s.clock.now().Add(d)) }
		for _, share := range []*sharingv1.Share{
			{ViewDisabled: true, RunDisabled: true}, {StartTime: in(2 * time.Hour), ExpireTime: in(time.Hour)},
		} {
			_, err := s.api.CreateShare(s.member("acme"), &sharingv1.CreateShareRequest{Parent: "workspaces/acme/workflows/flow", Share: share})
			refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
		}
	})
}

// An owner who turns runs off, or moves the start, ends the runs in progress.
func TestRunsEndWithTheirPermission(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "flow", plainWorkflow)
		for id, change := range map[string]*sharingv1.Share{
			"off":   {RunDisabled: true},
			"later": {StartTime: timestamppb.New(s.clock.now().Add(time.Hour))},
		} {
			share := s.share("acme", "flow", &sharingv1.Share{})
			must(t, errOf(s.preview(s.member("visitor"), share.GetToken(), id)))
			change.Name = share.GetName()
			_, err := s.update(change, "run_disabled", "start_time")
			must(t, err)
			s.settle()
			out, err := s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{id}})
			must(t, err)
			if len(out.GetEnded()) != 1 {
				t.Errorf("%s: ended are %v", id, out.GetEnded())
			}
		}
	})
}
