package sharing_test

import (
	"testing"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// Runs and usage have the titles of their links, workflows and keys. A page of any size asks the
// vault once, and a page without the vault has names only. The payer of a run through another's
// link gets no title of its owner.
func TestRunsAndUsageHaveTitles(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.set(func() {
			s.vault.titles = map[string]string{"acme/keys/main": "Laptop", "visitor/keys/main": "Theirs"}
		})
		owner, visitor := s.member("acme"), s.member("visitor")
		s.workflow("acme", "greet", plainWorkflow)
		share := s.share("acme", "greet", &sharingv1.Share{Title: "Website"})
		for _, run := range []string{"r1", "r2", "r3"} {
			_, err := s.own(owner, "workspaces/acme/workflows/greet", run)
			must(t, err)
			s.finish(run)
		}
		_, err := s.preview(visitor, share.GetToken(), "r4")
		must(t, err)
		s.finish("r4")
		list := func(ws string) []*sharingv1.Run {
			out, err := s.api.ListRuns(s.member(ws), &sharingv1.ListRunsRequest{Parent: "workspaces/" + ws})
			must(t, err)
			return out.GetRuns()
		}
		s.vault.set(func() { s.vault.titleCalls = 0 })
		runs := list("acme")
		if s.vault.titleCalls != 1 || len(runs) != 4 {
			t.Errorf("%d runs take %d questions to the vault, want 1", len(runs), s.vault.titleCalls)
		}
		for _, r := range runs {
			through, paid := "", "Laptop"
			if r.GetShare() != "" {
				through, paid = "Website", ""
			}
			if r.GetWorkflowTitle() == "" || r.GetShareTitle() != through || r.GetChargedKeyTitle() != paid || r.GetCallerKeyTitle() != paid {
				t.Errorf("the owner's list has %v", r)
			}
		}
		if one := s.run("acme", "r1"); one.GetChargedKeyTitle() != "Laptop" {
			t.Errorf("one run: %v", one)
		}
		versions, err := s.api.ListWorkflowVersions(owner, &sharingv1.ListWorkflowVersionsRequest{Parent: "workspaces/acme/workflows/greet"})
		must(t, err)
		if v := versions.GetVersions()[0]; v.GetAuthorTitle() != "Laptop" {
			t.Errorf("a version: %v", v)
		}
		if r := list("visitor")[0]; r.GetWorkflowTitle()+r.GetShareTitle() != "" || r.GetChargedKeyTitle() != "Theirs" {
			t.Errorf("the payer's list has %v", r)
		}
		for by, want := range map[string]string{"key": "Laptop", "share": "", "workflow": "The greet"} {
			out, err := s.api.QueryUsage(owner, &sharingv1.QueryUsageRequest{Parent: "workspaces/acme", GroupBy: by})
			must(t, err)
			if rows := out.GetRows(); len(rows) != 1 || rows[0].GetTitle() != want {
				t.Errorf("usage by %s: %v", by, rows)
			}
		}
		s.vault.set(func() { s.vault.down = true })
		if r := s.run("acme", "r1"); r.GetChargedKeyTitle() != "" || r.GetChargedKey() == "" || r.GetWorkflowTitle() == "" {
			t.Errorf("without the vault: %v", r)
		}
	})
}
