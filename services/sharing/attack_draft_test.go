package sharing_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// draftCanary is a secret by its form alone.
const draftCanary = "sk-proj-q8Zr3TnV5xKw2LbYc7Hd9JfGm4Ps6RaE"

// hidingPlaces are documents that no compiler accepts, or hardly one, with a secret in them.
var hidingPlaces = map[string]string{
	"a credential field":                    `{"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://llm.example.com/v1","api_key":"%s"}]}`,
	"a credential field without an address": `{"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","api_key":"%s"}]}`,
	"the first of two steps of one name":    `{"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://llm.example.com/v1","api_key":"%s"},{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://evil.example.com/v1"}]}`,
	"text around a reference":               `{"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://llm.example.com/v1","api_key":"Bearer %s $inputs.key"}]}`,
	"an unknown block":                      `{"steps":[{"type":"acme/nothing@v1","name":"a","api_key":"%s"}]}`,
	"an object of an unknown block":         `{"steps":[{"type":"acme/nothing@v1","name":"a","config":{"deep":[{"token":"%s"}]}}]}`,
	"a step without a type":                 `{"steps":[{"name":"a","api_key":"%s"}]}`,
	"a step without a name":                 `{"steps":[{"type":"roboflow_core/openai_compatible@v1","api_key":"%s"}]}`,
	"a step that is a text":                 `{"steps":["%s"]}`,
	"steps that are an object":              `{"steps":{"a":{"api_key":"%s"}}}`,
	"the type of a step":                    `{"steps":[{"type":"%s","name":"a"}]}`,
	"the name of a step":                    `{"steps":[{"type":"roboflow_core/string_template@v1","name":"%s","template":"x"}]}`,
	"a field that the block does not have":  `{"steps":[{"type":"roboflow_core/string_template@v1","name":"a","template":"x","x":"%s"}]}`,
	"the name of a field":                   `{"steps":[{"type":"roboflow_core/string_template@v1","name":"a","template":"x","%s":1}]}`,
	"a reference to an input":               `{"steps":[{"type":"roboflow_core/string_template@v1","name":"a","template":"x","data":{"v":"$inputs.%s"}}]}`,
	"a reference to a step":                 `{"steps":[{"type":"roboflow_core/string_template@v1","name":"a","template":"x","data":{"v":"$steps.%s.output"}}]}`,
	"a reference to a credential":           `{"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://llm.example.com/v1","api_key":"$credentials.%s"}]}`,
	"the default of an input":               `{"inputs":[{"type":"WorkflowParameter","name":"a","default_value":"%s"}]}`,
	"the name of an input":                  `{"inputs":[{"type":"WorkflowParameter","name":"%s"}]}`,
	"a key of an input":                     `{"inputs":[{"type":"WorkflowParameter","name":"a","%s":true}]}`,
	"an input that is a text":               `{"inputs":["%s"]}`,
	"inputs that are a text":                `{"inputs":"%s"}`,
	"an output":                             `{"outputs":[{"type":"JsonField","name":"a","selector":"$steps.%s.x"}]}`,
	"an output that is a number of lists":   `{"outputs":[[[["%s"]]]]}`,
	"the version":                           `{"version":"%s"}`,
	"a key of the document":                 `{"%s":1}`,
	"a note":                                `{"notes":"the key is %s, do not tell"}`,
	"a workflow inside of a step":           `{"steps":[{"type":"roboflow_core/inner_workflow@v1","name":"a","workflow_definition":{"steps":[{"type":"acme/nothing@v1","name":"b","api_key":"%s"}]}}]}`,
	"a block of code":                       `{"dynamic_blocks_definitions":[{"code":"key = '%s'"}]}`,
	"a list of a credential field":          `{"steps":[{"type":"roboflow_core/openai_compatible@v1","name":"a","base_url":"https://llm.example.com/v1","api_key":["%s"]}]}`,
	"a header":                              `{"steps":[{"type":"roboflow_core/webhook_sink@v1","name":"a","headers":{"Authorization":"Bearer %s"}}]}`,
	"a duplicate key":                       `{"steps":[{"type":"acme/nothing@v1","name":"a","x":"%s","x":"y"}]}`,
	"a wrapper":                             `{"specification":{"notes":"%s"}}`,
}

// TestAttackDraftSecret: a draft may be invalid, but holds no secret.
func TestAttackDraftSecret(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A2", "a secret in a draft that does not compile")
	on(t, func(t *testing.T, s *harness) {
		ctx, n := s.member("acme"), 0
		for where, document := range hidingPlaces {
			for form, secret := range map[string]string{"as it is": draftCanary, "escaped": `\u0073` + draftCanary[1:]} {
				n++
				w := s.blank(fmt.Sprint("w", n))
				_, err := s.tryDraft(ctx, w, fmt.Sprintf(document, secret), "")
				rests := s.draftHolds(w, draftCanary[1:])
				told := err != nil && strings.Contains(err.Error(), draftCanary[1:])
				known := err == nil || errs.ReasonOf(err) == errorsv1.Reason_REASON_LITERAL_SECRET || errs.ReasonOf(err) == errorsv1.Reason_REASON_DEFINITION_INVALID
				a.Attempt(!rests && !told && known, "%s, %s: rests %v, told %v: %v", where, form, rests, told, err)
			}
		}
		s.vault.set(func() {
			for name, c := range s.vault.credentials {
				if hosts := strings.Join(c.GetHosts(), " "); strings.Contains(hosts, "evil") {
					t.Errorf("%s may go to %s, which is another step's", name, hosts)
				}
			}
		})
	})
}

// Any text in a credential field is a secret, whatever its form.
func TestAttackDraftPlainSecret(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A2", "a secret without a form in a draft")
	on(t, func(t *testing.T, s *harness) {
		const plain = "correct-horse-battery"
		n := 0
		for where, document := range map[string]string{
			"a credential field": hidingPlaces["a credential field"], "an unknown block": hidingPlaces["an unknown block"],
			"no type": hidingPlaces["a step without a type"], "no address": hidingPlaces["a credential field without an address"],
			"an object of an unknown block": hidingPlaces["an object of an unknown block"], "a header": hidingPlaces["a header"],
			"steps that are an object": hidingPlaces["steps that are an object"], "around a reference": hidingPlaces["text around a reference"],
			"a workflow inside": hidingPlaces["a workflow inside of a step"],
		} {
			n++
			w := s.blank(fmt.Sprint("w", n))
			_, err := s.tryDraft(s.member("acme"), w, fmt.Sprintf(document, plain), "")
			a.Attempt(!s.draftHolds(w, plain), "%s: %v", where, err)
		}
	})
}

// draftHolds reports whether the stored draft of a workflow contains a text.
func (s *harness) draftHolds(w *sharingv1.Workflow, text string) bool {
	s.t.Helper()
	d, err := s.getDraft(w)
	if errs.CodeOf(err) == codes.NotFound {
		return false
	}
	must(s.t, err)
	return strings.Contains(string(d.GetDefinition()), text)
}

// TestAttackDraftThroughALink: a visitor with a link never sees, runs or forks the draft.
func TestAttackDraftThroughALink(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "the draft behind a link")
	on(t, func(t *testing.T, s *harness) {
		const unpublished = "an idea that nobody has published"
		w := s.workflow("acme", "greet", plainWorkflow)
		pinned, following := s.share("acme", "greet", nil), s.share("acme", "greet", &sharingv1.Share{FollowLive: true})
		d := s.draft(w, strings.Replace(plainWorkflow, "hello", unpublished, 1), "")
		for i, token := range []string{pinned.GetToken(), following.GetToken()} {
			for j, who := range []context.Context{s.guest("g"), s.member("visitor"), s.member("acme")} {
				for k, etag := range []string{"", d.GetEtag()} {
					run, err := s.runner.AuthorizeRun(who, &sharinginternalv1.AuthorizeRunRequest{
						Run: fmt.Sprint("r", i, j, k), Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token}, Draft: true, DraftEtag: etag,
					})
					a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_INVALID_REQUEST && run == nil, "the run of a draft through a link: %v, %v", run, err)
				}
				run, err := s.preview(who, token, fmt.Sprint("p", i, j))
				a.Attempt(err == nil && !strings.Contains(string(run.GetDefinition()), unpublished), "a preview has the draft: %v", err)
				view, err := s.api.GetSharedWorkflow(who, &sharingv1.GetSharedWorkflowRequest{Token: token})
				a.Attempt(err == nil && !strings.Contains(text(t, view), unpublished) && !strings.Contains(text(t, view), d.GetEtag()), "a view has the draft: %v", err)
			}
			fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{Token: token, Parent: "workspaces/visitor", WorkflowId: fmt.Sprint("f", i)})
			a.Attempt(err == nil && !strings.Contains(text(t, fork), unpublished), "a fork has the draft: %v", err)
			_, err = s.api.GetWorkflowDraft(s.member("visitor"), &sharingv1.GetWorkflowDraftRequest{Name: fork.GetWorkflow().GetName() + "/draft"})
			a.Attempt(errs.CodeOf(err) == codes.NotFound, "a fork came with a draft: %v", err)
		}
	})
}

// TestAttackDraftPinnedByAShare: no share is pinned to a draft, not even one whose row says
// version 0.
func TestAttackDraftPinnedByAShare(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "a share that is pinned to a draft")
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		fresh := s.blank("fresh")
		s.draft(fresh, plainWorkflow, "")
		for _, settings := range []*sharingv1.Share{nil, {Version: 0}, {FollowLive: true}, {Version: 1}} {
			share, err := s.tryShare("acme", "fresh", settings)
			a.Attempt(share == nil && errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_PUBLISHED, "share %v: %v", settings, err)
		}
		w := s.workflow("acme", "greet", plainWorkflow)
		share := s.share("acme", "greet", nil)
		s.draft(w, strings.Replace(plainWorkflow, "hello", "unpublished", 1), "")
		updated, err := s.api.UpdateShare(ctx, &sharingv1.UpdateShareRequest{Share: &sharingv1.Share{Name: share.GetName()}, UpdateMask: mask("version")})
		a.Attempt(err != nil || updated.GetVersion() == 1, "pinned to %v", updated)
		must(t, s.db.Tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE shares SET version = 0`)
			return err
		}))
		s.settle()
		run, err := s.preview(s.guest("g"), share.GetToken(), "r1")
		a.Attempt(run == nil && err != nil, "ran %v", run)
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
		a.Attempt(view == nil && err != nil, "shows %v", view)
	})
}

// TestAttackDraftOfAnother: only the keys of its workspace reach a draft.
func TestAttackDraftOfAnother(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "the draft of another workspace")
	on(t, func(t *testing.T, s *harness) {
		w := s.workflow("acme", "greet", plainWorkflow)
		d := s.draft(w, halfDone, "")
		for who, ctx := range map[string]context.Context{"another tenant": s.member("other"), "a guest": s.guest("g")} {
			denied := func(err error) bool {
				return errs.CodeOf(err) == codes.NotFound || errs.CodeOf(err) == codes.Unauthenticated || errs.CodeOf(err) == codes.PermissionDenied
			}
			_, err := s.api.GetWorkflowDraft(ctx, &sharingv1.GetWorkflowDraftRequest{Name: draftOf(w)})
			a.Attempt(denied(err), "%s reads it: %v", who, err)
			_, err = s.tryDraft(ctx, w, `{}`, d.GetEtag())
			a.Attempt(denied(err), "%s writes it: %v", who, err)
			_, err = s.api.DeleteWorkflowDraft(ctx, &sharingv1.DeleteWorkflowDraftRequest{Name: draftOf(w)})
			a.Attempt(denied(err), "%s discards it: %v", who, err)
			_, err = s.api.PublishWorkflowDraft(ctx, &sharingv1.PublishWorkflowDraftRequest{Name: draftOf(w)})
			a.Attempt(denied(err), "%s publishes it: %v", who, err)
			_, err = s.runDraft(ctx, w.GetName(), "r-"+who[:1], "")
			a.Attempt(denied(err), "%s runs it: %v", who, err)
		}
		if kept, err := s.getDraft(w); err != nil || kept.GetEtag() != d.GetEtag() {
			t.Errorf("the draft is %v, %v", kept, err)
		}
	})
}

// TestAttackDraftChangesDuringItsRun: a run uses the draft that the caller has seen, from its
// authorisation to its end.
func TestAttackDraftChangesDuringItsRun(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "a draft that changes under its run")
	on(t, func(t *testing.T, s *harness) {
		ctx := s.member("acme")
		w := s.workflow("acme", "greet", plainWorkflow)
		seen := s.draft(w, plainWorkflow, "")
		run, err := s.runDraft(ctx, w.GetName(), "r1", seen.GetEtag())
		must(t, err)
		changed := s.draft(w, strings.Replace(plainWorkflow, "hello", "changed", 1), seen.GetEtag())
		again, err := s.runDraft(ctx, w.GetName(), "r1", seen.GetEtag())
		a.Attempt(again == nil && errs.ReasonOf(err) == errorsv1.Reason_REASON_CONFLICT, "the same run again: %v, %v", again, err)
		again, err = s.runDraft(ctx, w.GetName(), "r1", "")
		a.Attempt(again == nil && errs.CodeOf(err) == codes.AlreadyExists, "the same run of any draft: %v, %v", again, err)
		_, err = s.runDraft(ctx, w.GetName(), "r2", seen.GetEtag())
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_CONFLICT && errs.CodeOf(err) == codes.Aborted, "a run of what is no more: %v", err)
		_, err = s.api.PublishWorkflowDraft(ctx, &sharingv1.PublishWorkflowDraftRequest{Name: draftOf(w), Etag: changed.GetEtag()})
		must(t, err)
		_, err = s.runDraft(ctx, w.GetName(), "r3", changed.GetEtag())
		a.Attempt(errs.CodeOf(err) == codes.NotFound, "a run of a published draft: %v", err)
		a.Attempt(!strings.Contains(string(run.GetDefinition()), "changed"), "the run has another definition")
		for _, r := range []*sharinginternalv1.AuthorizeRunRequest{{Draft: true, Version: 1}, {DraftEtag: seen.GetEtag()}} {
			r.Run, r.Target = "r4", &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: w.GetName()}
			_, err := s.runner.AuthorizeRun(ctx, r)
			a.Attempt(errs.CodeOf(err) == codes.InvalidArgument, "%v: %v", r, err)
		}
		_, err = s.runner.AuthorizeRun(ctx, &sharinginternalv1.AuthorizeRunRequest{
			Run: "r5", Target: &sharinginternalv1.AuthorizeRunRequest_Definition{Definition: []byte(plainWorkflow)}, Draft: true,
		})
		a.Attempt(errs.CodeOf(err) == codes.InvalidArgument, "the draft of a definition: %v", err)
		s.finish("r1")
	})
}
