package sharing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func TestWorkflowsHaveImmutableVersions(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		first := s.workflow("acme", "greet", plainWorkflow)
		second := s.save("acme", "greet", strings.Replace(plainWorkflow, "hello", "good day", 1))
		if second.GetLiveVersion() != 2 || second.GetVersionHash() == first.GetVersionHash() || second.GetEtag() == first.GetEtag() {
			t.Errorf("second %v, first %v", second, first)
		}
		_, err := s.api.UpdateWorkflow(ctx, &sharingv1.UpdateWorkflowRequest{
			Workflow: &sharingv1.Workflow{Name: first.GetName(), Title: "late", Etag: first.GetEtag()}, UpdateMask: mask("title"),
		})
		refused(t, err, errorsv1.Reason_REASON_CONFLICT)
		restored, err := s.api.RestoreWorkflowVersion(ctx, &sharingv1.RestoreWorkflowVersionRequest{Name: first.GetName() + "/versions/1"})
		must(t, err)
		if restored.GetLiveVersion() != 3 || restored.GetVersionHash() != first.GetVersionHash() {
			t.Errorf("restored %v", restored)
		}
		var numbers []int32
		token := ""
		for {
			page, err := s.api.ListWorkflowVersions(ctx, &sharingv1.ListWorkflowVersionsRequest{Parent: first.GetName(), PageSize: 2, PageToken: token})
			must(t, err)
			for _, v := range page.GetVersions() {
				numbers = append(numbers, v.GetNumber())
			}
			if token = page.GetNextPageToken(); token == "" {
				break
			}
		}
		if fmt.Sprint(numbers) != "[3 2 1]" {
			t.Errorf("versions %v", numbers)
		}
		v, err := s.api.GetWorkflowVersion(ctx, &sharingv1.GetWorkflowVersionRequest{Name: first.GetName() + "/versions/2"})
		must(t, err)
		if !strings.Contains(text(t, v.GetDefinition()), "good day") || v.GetAuthor() != "workspaces/acme/keys/main" {
			t.Errorf("version 2 is %v", v)
		}
		_, err = s.api.GetWorkflowVersion(ctx, &sharingv1.GetWorkflowVersionRequest{Name: first.GetName() + "/versions/9"})
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		_, err = s.api.CreateWorkflow(ctx, &sharingv1.CreateWorkflowRequest{
			Parent: "workspaces/acme", WorkflowId: "greet", Workflow: &sharingv1.Workflow{Definition: object(t, plainWorkflow)},
		})
		refused(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS)
	})
}

func TestABrokenDefinitionIsRefusedWithAllItsProblems(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
			Parent: "workspaces/acme", WorkflowId: "broken", Workflow: &sharingv1.Workflow{Definition: object(t, `{"version":"1.0","inputs":[],"outputs":[],
				"steps":[{"type":"roboflow_core/nonsense@v1","name":"a"},{"type":"roboflow_core/string_template@v1","name":"b"}]}`)},
		})
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		fields := strings.Join(violations(err), " ")
		if errs.CodeOf(err) != codes.InvalidArgument || !strings.Contains(fields, "steps.a") || !strings.Contains(fields, "steps.b.template") {
			t.Errorf("violations %q of %v", fields, err)
		}
		_, err = s.api.GetWorkflow(s.member("acme"), &sharingv1.GetWorkflowRequest{Name: "workspaces/acme/workflows/broken"})
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
	})
}

func TestALiteralSecretNeverRestsInADefinition(t *testing.T) {
	t.Parallel()
	const canary = "sk-canary-0123456789abcdefghijkl"
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		w := s.workflow("acme", "caption", strings.Replace(secretWorkflow, "$credentials.llm", canary, 1))
		if strings.Contains(text(t, w), canary) || !strings.Contains(text(t, w), "$credentials.") {
			t.Errorf("saved as %s", text(t, w))
		}
		stored := 0
		s.vault.set(func() {
			for name, value := range s.vault.values {
				stored++
				if value != canary || s.vault.credentials[name].GetHosts()[0] != "https://llm.example.com:443" {
					t.Errorf("%s holds %q for %v", name, value, s.vault.credentials[name].GetHosts())
				}
			}
		})
		if stored != 1 {
			t.Errorf("%d secrets were stored, want 1", stored)
		}
		found, err := s.api.InspectWorkflow(ctx, &sharingv1.InspectWorkflowRequest{Name: w.GetName()})
		must(t, err)
		if len(found.GetSlots()) != 1 || found.GetSlots()[0].GetCredentialMissing() || found.GetSlots()[0].GetField() != "api_key" {
			t.Errorf("slots %v", found.GetSlots())
		}
		_, err = s.api.CreateWorkflow(ctx, &sharingv1.CreateWorkflowRequest{Parent: "workspaces/acme", Workflow: &sharingv1.Workflow{
			Definition: object(t, strings.Replace(plainWorkflow, "hello", "hello "+canary, 1)),
		}})
		refused(t, err, errorsv1.Reason_REASON_LITERAL_SECRET)
		if strings.Contains(err.Error(), canary) {
			t.Errorf("the refusal repeats the secret: %v", err)
		}
		// A definition that comes with the run is not stored. Its secret becomes an input
		// of that run.
		run, err := s.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
			Run:    "inline",
			Target: &sharinginternalv1.AuthorizeRunRequest_Definition{Definition: []byte(strings.Replace(secretWorkflow, "$credentials.llm", canary, 1))},
		})
		must(t, err)
		in := run.GetCredentialInputs()
		if strings.Contains(string(run.GetDefinition()), canary) || len(in) != 1 || in[0].GetPointer() != "/steps/0/api_key" {
			t.Errorf("inputs %v of %s", in, run.GetDefinition())
		}
		if c := s.claims(run.GetGrant()); len(c.InputSlots(in[0].GetName())) != 1 || c.Authority == "" {
			t.Errorf("grant %+v", c)
		}
	})
}

func TestTheTrash(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		w := s.workflow("acme", "greet", plainWorkflow)
		token := s.share("acme", "greet", nil).GetToken()
		_, err := s.api.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		_, err = s.preview(s.guest("g"), token, "r1")
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		_, err = s.own(ctx, w.GetName(), "r2")
		refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
		list, err := s.api.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme"})
		must(t, err)
		trash, err := s.api.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", ShowDeleted: true})
		must(t, err)
		if len(list.GetWorkflows()) != 0 || len(trash.GetWorkflows()) != 1 || trash.GetWorkflows()[0].GetDeleteTime() == nil {
			t.Errorf("listed %v, with the trash %v", list, trash)
		}
		_, err = s.api.UndeleteWorkflow(ctx, &sharingv1.UndeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		_, err = s.preview(s.guest("g"), token, "r3")
		must(t, err)
		_, err = s.api.DeleteWorkflow(ctx, &sharingv1.DeleteWorkflowRequest{Name: w.GetName()})
		must(t, err)
		s.clock.advance(31 * 24 * time.Hour)
		loops(t, s.first)
		eventually(t, "the trash is emptied", func() bool {
			_, err := s.api.GetWorkflow(context.WithoutCancel(ctx), &sharingv1.GetWorkflowRequest{Name: w.GetName()})
			return errs.CodeOf(err) == codes.NotFound
		})
	})
}

// TestListingForAConsole shows what a page of workflows needs in one call: a search on the
// server, and how many links each has.
func TestListingForAConsole(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		for _, id := range []string{"greet", "read-a-sign", "half_done"} {
			s.workflow("acme", id, plainWorkflow)
		}
		s.workflow("other", "greet", plainWorkflow)
		s.share("other", "greet", nil)
		s.share("acme", "greet", nil)
		_, err := s.api.PauseShare(ctx, &sharingv1.PauseShareRequest{Name: s.share("acme", "greet", nil).GetName()})
		must(t, err)
		_, err = s.api.DeleteShare(ctx, &sharingv1.DeleteShareRequest{Name: s.share("acme", "greet", nil).GetName()})
		must(t, err)
		found := func(text string) []*sharingv1.Workflow {
			list, err := s.api.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", Text: text})
			must(t, err)
			return list.GetWorkflows()
		}
		for text, want := range map[string]int{"": 3, "SIGN": 1, "%": 0, "_": 1, "!": 0, "' OR 1=1": 0, "greet": 1} {
			if got := found(text); len(got) != want {
				t.Errorf("%q finds %v, want %d", text, got, want)
			}
		}
		if got := found("greet")[0]; got.GetActiveShares() != 1 || got.GetPausedShares() != 1 {
			t.Errorf("got %v, want one active link and one paused", got)
		}
		first, err := s.api.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", PageSize: 1})
		must(t, err)
		_, err = s.api.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: "workspaces/acme", PageSize: 1, PageToken: first.GetNextPageToken(), Text: "sign"})
		refused(t, err, errorsv1.Reason_REASON_PAGE_TOKEN_INVALID)
		graph, err := s.api.InspectWorkflow(ctx, &sharingv1.InspectWorkflowRequest{Name: found("greet")[0].GetName()})
		must(t, err)
		if len(graph.GetGraph().GetNodes()) == 0 || graph.GetGraph().GetWidth() == 0 {
			t.Errorf("no graph in %v", graph)
		}
	})
}

func TestLinks(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		s.workflow("acme", "greet", plainWorkflow)
		share := s.share("acme", "greet", nil)
		get, err := s.api.GetShare(ctx, &sharingv1.GetShareRequest{Name: share.GetName()})
		must(t, err)
		if get.GetToken() != share.GetToken() {
			t.Error("the owner cannot copy the link again")
		}
		rotated, err := s.api.RotateShare(ctx, &sharingv1.RotateShareRequest{Name: share.GetName()})
		must(t, err)
		revoked := s.share("acme", "greet", nil)
		_, err = s.api.DeleteShare(ctx, &sharingv1.DeleteShareRequest{Name: revoked.GetName()})
		must(t, err)
		_, err = s.api.DeleteShare(ctx, &sharingv1.DeleteShareRequest{Name: revoked.GetName()})
		must(t, err)
		open := func(token string) error {
			_, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: token})
			_, forkErr := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: token, Parent: "workspaces/visitor"})
			_, runErr := s.preview(s.guest("g"), token, "r"+token[:3])
			if (err == nil) != (forkErr == nil) || (err == nil) != (runErr == nil) {
				t.Errorf("view %v, fork %v, run %v", err, forkErr, runErr)
			}
			return err
		}
		must(t, open(rotated.GetToken()))
		var texts []string
		for _, token := range []string{share.GetToken(), revoked.GetToken(), strings.Repeat("A", 32), "short", share.GetToken() + "=", "../../etc"} {
			err := open(token)
			refused(t, err, errorsv1.Reason_REASON_NOT_FOUND)
			texts = append(texts, err.Error())
		}
		for _, text := range texts {
			if text != texts[0] {
				t.Errorf("dead links differ: %q and %q", text, texts[0])
			}
		}
		var stored int
		must(t, s.db.QueryRowContext(context.Background(), `SELECT COUNT(*) FROM shares WHERE link = $1 OR link = $2`, rotated.GetToken(), share.GetToken()).Scan(&stored))
		if stored != 0 {
			t.Error("a table holds a token")
		}
		_, err = s.tryShare("acme", "greet", &sharingv1.Share{FrameOrigins: []string{"https://a.example; script-src *"}})
		refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
	})
}

func TestAForkIsTheVisitorsOwn(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.vault.addCredential("acme", "llm", "openai_compatible", "https://llm.example.com")
		s.workflow("acme", "caption", secretWorkflow)
		share := s.share("acme", "caption", &sharingv1.Share{CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER})
		fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{
			Token: share.GetToken(), Parent: "workspaces/visitor", WorkflowId: "mine",
		})
		must(t, err)
		shown := text(t, fork.GetWorkflow().GetDefinition())
		if strings.Contains(shown, "$credentials.llm") || strings.Contains(shown, "acme") || len(fork.GetReport().GetUnboundSlots()) != 1 || fork.GetReport().GetForkedFrom() == "" {
			t.Errorf("fork %v", fork)
		}
		_, err = s.own(s.member("visitor"), fork.GetWorkflow().GetName(), "r1", "question")
		refused(t, err, errorsv1.Reason_REASON_SLOT_UNBOUND)
		_, err = s.api.ForkSharedWorkflow(s.guest("g"), &sharingv1.ForkSharedWorkflowRequest{Token: share.GetToken(), Parent: "workspaces/visitor"})
		if err == nil {
			t.Error("a guest forks")
		}
		// Public models keep their meaning in a fork. Private ones are reported.
		s.registry.add("acme/cats/1", true)
		s.workflow("acme", "cats", modelWorkflow)
		public := s.share("acme", "cats", nil)
		fork, err = s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: public.GetToken(), Parent: "workspaces/visitor", WorkflowId: "cats"})
		must(t, err)
		if len(fork.GetReport().GetUnreachableModels()) != 0 || !strings.Contains(text(t, fork), `acme/cats/1`) {
			t.Errorf("report %v of %s", fork.GetReport(), text(t, fork))
		}
		s.registry.add("acme/cats/1", false)
		s.settle()
		fork, err = s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: public.GetToken(), Parent: "workspaces/visitor", WorkflowId: "cats2"})
		must(t, err)
		if got := fork.GetReport().GetUnreachableModels(); len(got) != 1 || got[0] != "cats/1" {
			t.Errorf("unreachable %v", got)
		}
	})
}

// A model that is the default of an input keeps its meaning in a fork, like one that a step
// names. A model of the new owner with the same name does not replace it.
func TestTheDefaultModelOfAForkStaysTheSame(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", true)
		s.registry.add("visitor/cats/1", false)
		s.workflow("acme", "cats", chosenModel)
		token := s.share("acme", "cats", nil).GetToken()
		fork := func(id string) *sharingv1.ForkSharedWorkflowResponse {
			out, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{
				Token: token, Parent: "workspaces/visitor", WorkflowId: id,
			})
			must(t, err)
			return out
		}
		public := fork("public")
		if got := public.GetReport().GetUnreachableModels(); len(got) != 0 {
			t.Errorf("unreachable %v", got)
		}
		run, err := s.own(s.member("visitor"), public.GetWorkflow().GetName(), "r1", "image")
		must(t, err)
		if diff := cmp.Diff(map[string]string{"acme/cats/1": "acme/models/cats/versions/1"}, s.models(run)); diff != "" {
			t.Error(diff)
		}
		s.registry.add("acme/dogs/1", false)
		s.save("acme", "cats", strings.Replace(chosenModel, "cats/1", "dogs/1", 1))
		token = s.share("acme", "cats", nil).GetToken()
		s.settle()
		if got := fork("private").GetReport().GetUnreachableModels(); !slices.Equal(got, []string{"dogs/1"}) {
			t.Errorf("unreachable %v, want the private default", got)
		}
	})
}

// A fork contains what the view of its link shows, and nothing that the view leaves out.
func TestAForkSaysNoMoreThanTheView(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	noted := strings.Replace(plainWorkflow, `"name":"greet",`, `"name":"greet","note":"ask jane for the password",`, 1)
	s.workflow("acme", "greet", strings.Replace(noted, `{"version"`, `{"drafts":["our next product"],"version"`, 1))
	share := s.share("acme", "greet", nil)
	view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
	must(t, err)
	fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{
		Token: share.GetToken(), Parent: "workspaces/visitor", WorkflowId: "mine",
	})
	must(t, err)
	got := text(t, fork.GetWorkflow().GetDefinition())
	if strings.Contains(got, "jane") || strings.Contains(got, "product") || !strings.Contains(got, "hello") {
		t.Errorf("fork: %s", got)
	}
	if want := text(t, view.GetDefinition()); got != want {
		t.Errorf("fork %s, view %s", got, want)
	}
	_, err = s.own(s.member("visitor"), fork.GetWorkflow().GetName(), "r1", "who")
	must(t, err)
}

// A refusal names the unknown block. Text in the block may have a name that looks like a
// secret's.
func TestAnUnknownBlockIsNotHiddenBehindAFinding(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	for _, block := range []string{
		`{"type":"acme/secrets@v1","name":"e","variables_storing_secrets":["OPENAI_API_KEY"]}`,
		`{"type":"acme/mailer@v1","name":"e","token_field":"session_id","nested":{"password":"hunter2"}}`,
	} {
		definition := `{"version":"1.0","inputs":[],"steps":[` + block + `],"outputs":[{"type":"JsonField","name":"o","selector":"$steps.e.*"}]}`
		_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
			Parent: "workspaces/acme", Workflow: &sharingv1.Workflow{Definition: object(t, definition)},
		})
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		if said := err.Error(); !strings.Contains(said, "there is no block of") {
			t.Errorf("the refusal says %q", said)
		}
	}
	_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{Parent: "workspaces/acme", Workflow: &sharingv1.Workflow{
		Definition: object(t, `{"version":"1.0","inputs":[],"steps":[{"type":"acme/mailer@v1","name":"e","key":"ghp_`+`a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"}],"outputs":[]}`),
	}})
	refused(t, err, errorsv1.Reason_REASON_LITERAL_SECRET)
}

// A workflow that can never run is refused on save, and :inspect says why.
func TestWhatCanNeverRunIsNotSaved(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	w := s.workflow("acme", "greet", plainWorkflow)
	for _, step := range []string{
		`{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"https://h.example/x","method":"POST","headers":{"X Key":"a"}}`,
		`{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"https://h.example/x","method":"POST","headers":{"X-A":"a\r\nHost: b"}}`,
		`{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"https://h.example/x","method":"DELETE"}`,
		`{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"h.example/x","method":"POST"}`,
		`{"type":"roboflow_core/webhook_sink@v1","name":"h","url":"https://h.example/x","method":"POST","json_payload":{"p":"$inputs.image"}}`,
		`{"type":"roboflow_core/openai_compatible@v1","name":"h","base_url":"https://x.example/v1#f","model_name":"m","prompt":"p"}`,
	} {
		definition := `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"}],"steps":[` + step + `],"outputs":[]}`
		_, err := s.api.CreateWorkflow(s.member("acme"), &sharingv1.CreateWorkflowRequest{
			Parent: "workspaces/acme", Workflow: &sharingv1.Workflow{Definition: object(t, definition)},
		})
		refused(t, err, errorsv1.Reason_REASON_DEFINITION_INVALID)
		found, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: w.GetName(), Definition: object(t, definition)})
		must(t, err)
		if len(found.GetProblems()) != 1 || found.GetProblems()[0].GetStep() != "h" {
			t.Errorf("%s: inspected: %v", step, found.GetProblems())
		}
	}
}
