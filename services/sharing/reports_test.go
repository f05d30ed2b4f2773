package sharing_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

func (s *harness) operator() context.Context {
	return s.as(caller.Principal{Kind: caller.Operator, Workspace: "operator", Key: "workspaces/operator/keys/op", Visitor: "op"})
}

func (s *harness) report(ctx context.Context, token, text string) error {
	_, err := s.api.ReportSharedWorkflow(ctx, &sharingv1.ReportSharedWorkflowRequest{Token: token, Kind: sharingv1.ReportKind_REPORT_KIND_PHISHING, Text: text})
	return err
}

// A report needs no account and no pass. The owner and the operator read it; the link comes with it for
// the operator only. A visitor has one report on a link.
func TestReportsReachTheOwnerAndTheOperator(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		l := gated(s, "one", &sharingv1.Gate{Password: gatePassword})
		token := l.share.GetToken()
		must(t, s.report(s.guest("g"), token, "first"))
		must(t, s.report(s.guest("g"), token, "it asks for a key"))
		for parent, c := range map[string]struct {
			ctx   context.Context
			token string
		}{"workspaces/acme": {s.member("acme"), ""}, "workspaces/-": {s.operator(), token}} {
			got, err := s.api.ListReports(c.ctx, &sharingv1.ListReportsRequest{Parent: parent})
			must(t, err)
			if len(got.GetReports()) != 1 {
				t.Fatalf("%s: %v", parent, got)
			}
			r := got.GetReports()[0]
			if r.GetShare() != l.share.GetName() || r.GetTitle() != "The one" || r.GetText() != "it asks for a key" || r.GetToken() != c.token {
				t.Errorf("%s: %v", parent, r)
			}
		}
		for _, parent := range []string{"workspaces/acme", "workspaces/-"} {
			_, err := s.api.ListReports(s.member("stranger"), &sharingv1.ListReportsRequest{Parent: parent})
			refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		}
	})
}

// TestAttackReports floods the queue, and puts secrets and odd bytes into it.
func TestAttackReports(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S13", "reports without end, of nothing, and with a secret")
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "flow", plainWorkflow)
		refusedWith := func(what string, err error, reason errorsv1.Reason) {
			a.Attempt(errs.ReasonOf(err) == reason && !strings.Contains(fmt.Sprint(err), "sk-"), "%s: %v", what, err)
		}
		tokens := make([]string, 11)
		for i := range tokens {
			tokens[i] = s.share("acme", "flow", nil).GetToken()
		}
		for _, token := range tokens[:10] {
			must(t, s.report(s.guest("flood"), token, "x"))
		}
		refusedWith("the eleventh link of a day", s.report(s.guest("flood"), tokens[10], "x"), errorsv1.Reason_REASON_RATE_LIMITED)
		must(t, s.report(s.guest("flood"), tokens[0], "the same link again"))
		must(t, s.report(s.guest("another"), tokens[10], "x\x00y"))
		refusedWith("no link", s.report(s.guest("another"), strings.Repeat("A", 32), "x"), errorsv1.Reason_REASON_NOT_FOUND)
		refusedWith("a key in the text", s.report(s.guest("another"), tokens[1], "it took sk-proj-0123456789abcdefghijABCDEFGHIJ0123456789abcdefghijAB"), errorsv1.Reason_REASON_LITERAL_SECRET)
		s.clock.advance(25 * time.Hour)
		must(t, s.report(s.guest("flood"), tokens[10], "the next day"))
	})
}

// TestAttackSuspendedLinks multiplies what the operator suspended and the entries. Visitors get the
// reason, and runs in progress end on every replica.
func TestAttackSuspendedLinks(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S13", "every entry of a link that the operator has suspended")
	on(t, func(t *testing.T, s *harness) {
		for id, target := range map[string]func(*sharingv1.Share) string{
			"link": func(share *sharingv1.Share) string { return share.GetName() },
			"wksp": func(*sharingv1.Share) string { return "workspaces/acme" },
		} {
			l := gated(s, id, nil)
			must(t, errOf(s.preview(s.member("visitor"), l.share.GetToken(), "running"+id)))
			suspend := func(list ...*vaultv1.OperatorSuspension) {
				unlock, err := s.vault.lock()
				must(t, err)
				s.vault.suspended = map[string][]*vaultv1.OperatorSuspension{"acme": list}
				unlock()
				s.settle()
			}
			suspend(&vaultv1.OperatorSuspension{Target: target(l.share), Reason: "it was reported"})
			for entry, do := range l.entries(l.share.GetToken()) {
				err := do(s.member("visitor"))
				said := fmt.Sprint(err)
				a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SUSPENDED_BY_OPERATOR && strings.Contains(said, "it was reported"), "%s, %s: %v", id, entry, err)
			}
			must(t, s.report(s.guest("g"), l.share.GetToken(), "also while it is suspended"))
			out, err := s.runner.RenewRuns(context.Background(), &sharinginternalv1.RenewRunsRequest{Runs: []string{"running" + id}})
			must(t, err)
			a.Attempt(len(out.GetEnded()) == 1, "%s: ended are %v", id, out.GetEnded())
			got, err := s.api.GetShare(s.member("acme"), &sharingv1.GetShareRequest{Name: l.share.GetName()})
			must(t, err)
			if got.GetState() != sharingv1.ShareState_SHARE_STATE_SUSPENDED || len(got.GetNotices()) == 0 {
				t.Errorf("%s: its owner sees %v", id, got)
			}
			suspend()
			_, err = s.api.GetSharedWorkflow(s.member("visitor"), &sharingv1.GetSharedWorkflowRequest{Token: l.share.GetToken()})
			must(t, err)
		}
	})
}
