package sharing_test

import (
	"context"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// bound returns which model version a link runs for a visitor, or the reason of the refusal.
func (s *harness) bound(ctx context.Context, token, run, model string) string {
	out, err := s.preview(ctx, token, run, "image")
	if err != nil {
		return errs.ReasonOf(err).String()
	}
	return s.models(out)[model]
}

// TestAttackModelAliasAcrossTenants: a visitor's aliases do not change what a link means, and the
// owner's aliases open and reveal nothing.
func TestAttackModelAliasAcrossTenants(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		a := attack.New(t, "A8", "model aliases across workspaces")
		s.registry.add("acme/secret/1", false)
		s.registry.add("acme/open/1", true)
		s.registry.add("visitor/mine/1", false)
		s.registry.alias("acme", "coco/3", "acme/secret/1")
		s.registry.alias("acme", "yolo", "acme/open/1")
		s.workflow("acme", "private", withModel("coco/3"))
		s.workflow("acme", "public", withModel("yolo"))
		private := s.share("acme", "private", nil).GetToken()
		public := s.share("acme", "public", nil).GetToken()
		visitor := s.member("visitor")

		before := s.bound(visitor, private, "r1", "coco/3")
		a.Attempt(before == errorsv1.Reason_REASON_MODEL_PRIVATE.String(), "the owner's alias opens a private model: %s", before)
		s.registry.alias("visitor", "coco/3", "visitor/mine/1")
		s.registry.alias("visitor", "yolo", "visitor/mine/1")
		s.settle()
		got := s.bound(visitor, private, "r2", "coco/3")
		a.Attempt(got == before, "the visitor's alias takes the place of the owner's: %s", got)
		got = s.bound(visitor, public, "r3", "yolo")
		a.Attempt(got == "acme/models/open/versions/1", "the visitor's alias changes the model of the link: %s", got)

		// A fork, its report and the view do not say what the name means to the owner.
		for name, token := range map[string]string{"private": private, "public": public} {
			fork, err := s.api.ForkSharedWorkflow(s.member("other"), &sharingv1.ForkSharedWorkflowRequest{Token: token, Parent: "workspaces/other", WorkflowId: name})
			must(t, err)
			text := string(fork.GetWorkflow().GetDefinition()) + fork.GetReport().String()
			a.Attempt(!strings.Contains(text, "secret") && !strings.Contains(text, "open/1"), "the fork tells what the name means: %s", text)
			a.Attempt(len(fork.GetReport().GetUnreachableModels()) == 1, "the fork uses the owner's alias: %s", fork.GetReport())
		}
		_, err := s.preview(visitor, private, "r4", "image")
		a.Attempt(!strings.Contains(err.Error(), "secret"), "the refusal tells what the name means: %v", err)

		// An input of a visitor does not reach the owner's aliases: the answer is that for a
		// name without a meaning.
		s.workflow("acme", "cats", chosenModel)
		s.registry.add("acme/cats/1", true)
		chosen := s.share("acme", "cats", nil).GetToken()
		_, nothing := s.choose(visitor, through(chosen), "r5", "nothing/1")
		for _, name := range []string{"coco/3", "yolo", "workspaces/acme/models/secret/versions/1"} {
			_, err := s.choose(visitor, through(chosen), "r6", name)
			a.Attempt(err != nil && shape(err, name) == shape(nothing, "nothing/1"), "an input names %s: %v", name, err)
		}
		s.registry.add("operator/free/1", true)
		s.registry.alias("operator", "everyones", "operator/free/1")
		out, err := s.choose(visitor, through(chosen), "r7", "everyones")
		must(t, err)
		if got := s.models(out)["everyones"]; got != "operator/models/free/versions/1" {
			t.Errorf("the operator's alias means %s", got)
		}
	})
}

// TestAttackModelAliasChangesALink: a link runs the models that its names meant when its version
// was shared, whatever happens to aliases and models.
func TestAttackModelAliasChangesALink(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		a := attack.New(t, "A8", "model aliases that change after a link was made")
		for _, id := range []string{"acme/first/1", "acme/second/1", "operator/std/1"} {
			s.registry.add(id, true)
		}
		s.registry.alias("acme", "coco/3", "acme/first/1")
		s.workflow("acme", "find", withModel("coco/3"))
		s.workflow("acme", "std", withModel("std/1"))
		pinned := s.share("acme", "find", nil).GetToken()
		following := s.share("acme", "find", &sharingv1.Share{FollowLive: true}).GetToken()
		std := s.share("acme", "std", nil).GetToken()
		visitor := s.member("visitor")
		holds := func(run, token, model, want, how string) {
			t.Helper()
			s.settle()
			got := s.bound(visitor, token, run, model)
			a.Attempt(got == want, "%s: the link runs %s", how, got)
		}
		const first, second = "acme/models/first/versions/1", "acme/models/second/versions/1"
		s.registry.alias("acme", "coco/3", "acme/second/1")
		holds("r1", pinned, "coco/3", first, "the alias is changed")
		holds("r2", following, "coco/3", first, "the alias is changed, and the link follows the live version")
		s.registry.alias("acme", "coco/3", "")
		holds("r3", pinned, "coco/3", first, "the alias is deleted")
		s.registry.alias("acme", "std/1", "acme/second/1")
		holds("r4", std, "std/1", "operator/models/std/versions/1", "a new alias takes the name of a model")

		// The owner's own run follows the alias, and a new version of a followed workflow has
		// the meaning of the moment at which it was saved.
		s.registry.alias("acme", "coco/3", "acme/second/1")
		own, err := s.own(s.member("acme"), "workspaces/acme/workflows/find", "r5", "image")
		must(t, err)
		if got := s.models(own)["coco/3"]; got != second {
			t.Errorf("the own run has %s", got)
		}
		s.save("acme", "find", strings.ReplaceAll(withModel("coco/3"), "find", "look"))
		s.registry.alias("acme", "coco/3", "acme/first/1")
		holds("r6", following, "coco/3", second, "the alias is changed after the save")
		holds("r7", pinned, "coco/3", first, "a new version is saved")

		// A name that meant nothing when it was shared gets its meaning once.
		s.workflow("acme", "late", withModel("late"))
		late := s.share("acme", "late", nil).GetToken()
		holds("r8", late, "late", errorsv1.Reason_REASON_MODEL_NOT_FOUND.String(), "no alias")
		s.registry.alias("acme", "late", "acme/first/1")
		holds("r9", late, "late", first, "the first alias")
		s.registry.alias("acme", "late", "acme/second/1")
		holds("r10", late, "late", first, "the second alias")
	})
}

// Aliases cost the run path nothing: an own run and a run through a link ask the registry as
// often as without.
func TestAliasesAddNoQuestionToARun(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.registry.add("acme/cats/1", true)
	s.registry.alias("acme", "coco/3", "acme/cats/1")
	var asked []int
	for workflow, model := range map[string]string{"named": "cats/1", "aliased": "coco/3"} {
		s.workflow("acme", workflow, withModel(model))
		token := s.share("acme", workflow, nil).GetToken()
		s.settle()
		s.registry.questions()
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/"+workflow, workflow+"1", "image")
		must(t, err)
		_, err = s.preview(s.member("visitor"), token, workflow+"2", "image")
		must(t, err)
		asked = append(asked, s.registry.questions())
	}
	if asked[0] != asked[1] || asked[0] > 3 {
		t.Errorf("the registry was asked %v times", asked)
	}
}

// For a name without a model, an inspection lists replacements and how to get one. A run and the
// page of a link do too.
func TestAnInspectionSuggestsModels(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	s.registry.add("acme/cats/1", false)
	s.registry.add("other/dogs/1", false)
	s.registry.add("operator/std/1", true)
	s.workflow("acme", "find", withModel("yolo-nas-l-640"))
	token := s.share("acme", "find", nil).GetToken()
	out, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: "workspaces/acme/workflows/find"})
	must(t, err)
	m := out.GetModels()[0]
	if got := strings.Join(m.GetCandidates(), " "); !m.GetMissing() || m.GetTask() != "object-detection" || got != "workspaces/acme/models/cats workspaces/operator/models/std" {
		t.Errorf("inspected: %v", m)
	}
	if !strings.Contains(m.GetAdvice(), "keyhole model alias create yolo-nas-l-640 MODEL") {
		t.Errorf("the advice is %q", m.GetAdvice())
	}
	_, err = s.preview(s.guest("g"), token, "r1", "image")
	if refused(t, err, errorsv1.Reason_REASON_MODEL_NOT_FOUND); errs.From(err).Message() != m.GetAdvice() {
		t.Errorf("the run says %v, the inspection %q", err, m.GetAdvice())
	}
	s.registry.alias("acme", "yolo-nas-l-640", "acme/cats/1")
	s.settle()
	out, err = s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: "workspaces/acme/workflows/find"})
	must(t, err)
	if m := out.GetModels()[0]; m.GetMissing() || !m.GetAliased() || !m.GetPrivate() || m.GetAdvice() != "" || len(m.GetCandidates()) > 0 {
		t.Errorf("with an alias: %v", m)
	}
}
