package sharing_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// The owner sees runs that visitors pay for and that use the owner's credentials: by share,
// visitor, credential and day, with failed calls and tokens, separate from what the owner's
// keys were charged.
func TestTheOwnerSeesWhatItsCredentialsWereUsedFor(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.caption()
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess})
		credential := "workspaces/acme/credentials/llm"
		for i, visitor := range []context.Context{s.guest("g"), s.member("visitor"), s.member("visitor")} {
			run := fmt.Sprintf("r%d", i)
			_, err := s.preview(visitor, share.GetToken(), run, "question")
			must(t, err)
			s.vault.began(run, attempt("llm", 1, credential, "failed 500"), attempt("llm", 2, credential, "ok"))
			s.finish(run, &sharingv1.LineItem{Step: "llm", Attempt: 2, Kind: "credential", Resource: credential, Quantity: 1, InputTokens: 30, OutputTokens: 4})
		}
		query := func(ws, by string) *sharingv1.QueryUsageResponse {
			t.Helper()
			out, err := s.api.QueryUsage(s.member(ws), &sharingv1.QueryUsageRequest{Parent: "workspaces/" + ws, GroupBy: by})
			must(t, err)
			return out
		}
		all := &sharingv1.CredentialUsage{Runs: 3, Calls: 6, FailedCalls: 3, InputTokens: 90, OutputTokens: 12}
		for by, group := range map[string]string{
			"": "", "credential": credential, "share": share.GetName(), "workflow": "workspaces/acme/workflows/caption",
			"day": s.clock.now().UTC().Format("2006-01-02"), "key": "",
		} {
			out := query("acme", by)
			want := proto.CloneOf(all)
			want.Group = group
			if by == "workflow" {
				want.Title = "The caption"
			}
			if len(out.GetCredentials()) != 1 || !proto.Equal(out.GetCredentials()[0], want) {
				t.Errorf("by %q: %v, want %v", by, out.GetCredentials(), want)
			}
			for _, row := range out.GetRows() {
				if row.GetRuns() != 0 {
					t.Errorf("by %q: the owner was charged %v", by, row)
				}
			}
		}
		visitors := query("acme", "visitor").GetCredentials()
		if len(visitors) != 2 || visitors[0].GetCalls()+visitors[1].GetCalls() != 6 || !strings.HasPrefix(visitors[0].GetGroup(), "vis_") {
			t.Errorf("by visitor: %v", visitors)
		}
		// The owner learns nothing about the payer, and the payer nothing about the owner.
		for _, by := range []string{"", "credential", "share", "workflow", "day", "key", "visitor", "model"} {
			if shown := text(t, query("acme", by)); strings.Contains(shown, "workspaces/visitor") || strings.Contains(shown, "guest") {
				t.Errorf("by %q the owner sees who paid: %s", by, shown)
			}
			if out := query("visitor", by); len(out.GetCredentials()) != 0 || strings.Contains(text(t, out), "acme") {
				t.Errorf("by %q the payer sees the owner's: %v", by, out)
			}
		}
		run, err := s.api.GetRun(s.member("visitor"), &sharingv1.GetRunRequest{Name: "workspaces/visitor/runs/r1"})
		must(t, err)
		for _, item := range run.GetCharges() {
			if item.GetFailed() != 0 {
				t.Errorf("the payer sees which of the owner's calls failed: %v", item)
			}
		}
		// Pages of one row reach all rows of both lists.
		var groups []string
		for token := ""; ; {
			out, err := s.api.QueryUsage(s.member("acme"), &sharingv1.QueryUsageRequest{Parent: "workspaces/acme", GroupBy: "visitor", PageSize: 1, PageToken: token})
			must(t, err)
			for _, row := range out.GetCredentials() {
				groups = append(groups, row.GetGroup())
			}
			if token = out.GetNextPageToken(); token == "" {
				break
			}
		}
		if len(groups) != 2 || groups[0] == groups[1] {
			t.Errorf("pages have %v", groups)
		}
	})
}

// Sharing tells the vault which credentials the live version names, after each change.
func TestTheVaultIsToldWhichCredentialsAreUsed(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		told := func(want ...string) {
			t.Helper()
			var got []string
			s.vault.set(func() { got = s.vault.uses["workspaces/acme/workflows/caption"] })
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("the vault knows %v, want %v", got, want)
			}
		}
		s.caption()
		told("llm")
		s.save("acme", "caption", plainWorkflow)
		told()
		s.save("acme", "caption", secretWorkflow)
		told("llm")
		_, err := s.api.DeleteWorkflow(s.member("acme"), &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
		must(t, err)
		told()
		_, err = s.api.UndeleteWorkflow(s.member("acme"), &sharingv1.UndeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
		must(t, err)
		told("llm")
	})
}
