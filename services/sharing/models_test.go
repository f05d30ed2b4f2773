package sharing_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// choose authorises a run in which the input "model" has a value.
func (s *harness) choose(ctx context.Context, target *sharinginternalv1.AuthorizeRunRequest, run, model string) (*sharinginternalv1.AuthorizeRunResponse, error) {
	target.Run, target.Inputs = run, []string{"image", "model"}
	target.ModelInputs = map[string]string{"model": model}
	return s.runner.AuthorizeRun(ctx, target)
}

func through(token string) *sharinginternalv1.AuthorizeRunRequest {
	return &sharinginternalv1.AuthorizeRunRequest{Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token}}
}

func ownCats() *sharinginternalv1.AuthorizeRunRequest {
	return &sharinginternalv1.AuthorizeRunRequest{Target: &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: "workspaces/acme/workflows/cats"}}
}

// models returns the models of a grant by the IDs that the runner gets.
func (s *harness) models(r *sharinginternalv1.AuthorizeRunResponse) map[string]string {
	s.t.Helper()
	bound := map[string]string{}
	granted := s.claims(r.GetGrant())
	for _, m := range r.GetModels() {
		bound[m.GetModelId()] = strings.TrimPrefix(m.GetVersion(), "workspaces/")
		if !granted.HasModel(m.GetVersion()) {
			s.t.Errorf("the runner gets %s, which is not granted", m.GetVersion())
		}
	}
	if len(granted.Models) > len(bound) {
		s.t.Errorf("granted %q, told %v", granted.Models, bound)
	}
	return bound
}

// A value that decides a model is requested before anything is reserved. A run without such
// a value needs no second request.
func TestWhatDecidesAModelIsAskedFor(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", true)
		s.workflow("acme", "cats", chosenModel)
		ask, err := s.own(s.member("acme"), "workspaces/acme/workflows/cats", "r1", "image", "model")
		must(t, err)
		if diff := cmp.Diff([]string{"model"}, ask.GetModelInputs()); diff != "" || ask.GetGrant() != "" || ask.GetDefinition() != nil {
			t.Errorf("asked %v: %s", ask, diff)
		}
		if _, err := s.api.GetRun(s.member("acme"), &sharingv1.GetRunRequest{Name: "workspaces/acme/runs/r1"}); errs.ReasonOf(err) != errorsv1.Reason_REASON_NOT_FOUND {
			t.Errorf("a run that was only asked about is there: %v", err)
		}
		run, err := s.own(s.member("acme"), "workspaces/acme/workflows/cats", "r1", "image")
		must(t, err)
		if diff := cmp.Diff(map[string]string{"cats/1": "acme/models/cats/versions/1"}, s.models(run)); diff != "" || len(run.GetModelInputs()) > 0 {
			t.Errorf("the default: %s", diff)
		}
	})
}

// In a workspace's own run a value may name any model that the workspace may use.
func TestAnOwnRunChoosesItsModel(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", true)
		s.registry.add("acme/dogs/2", false)
		s.registry.add("other/birds/1", false)
		s.workflow("acme", "cats", chosenModel)
		run, err := s.choose(s.member("acme"), ownCats(), "r1", "dogs/2")
		must(t, err)
		if diff := cmp.Diff(map[string]string{"dogs/2": "acme/models/dogs/versions/2"}, s.models(run)); diff != "" {
			t.Error(diff)
		}
		_, err = s.choose(s.member("acme"), ownCats(), "r2", "other/birds/1")
		refused(t, err, errorsv1.Reason_REASON_MODEL_NOT_FOUND)
	})
}

// Through a link a value may name the models of the workflow and public models. Every other
// model looks nonexistent, for every caller and every setting of the owner.
func TestAVisitorChoosesAmongPublicModels(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.registry.add("acme/cats/1", false)
		s.registry.add("acme/dogs/1", true)
		s.registry.add("acme/secret/1", false)
		s.registry.add("acme/shadow/1", false)
		s.registry.add("operator/shadow/1", true)
		s.registry.add("operator/kept/1", false)
		s.registry.add("visitor/mine/1", false)
		s.workflow("acme", "cats", chosenModel)
		closed := s.share("acme", "cats", nil).GetToken()
		open := s.share("acme", "cats", &sharingv1.Share{RunAccess: sharingv1.RunAccess_RUN_ACCESS_OWNER}).GetToken()
		runs := 0
		for _, c := range []struct{ token, model, version string }{
			{open, "cats/1", "acme/models/cats/versions/1"}, // the default, spelt out
			{open, "dogs/1", "acme/models/dogs/versions/1"},
			{open, "acme/dogs/1", "acme/models/dogs/versions/1"},
			{closed, "dogs/1", "acme/models/dogs/versions/1"}, // in place of the private default
			{closed, "shadow/1", "operator/models/shadow/versions/1"},
		} {
			for _, ctx := range []context.Context{s.guest("g"), s.member("visitor")} {
				runs++
				got, err := s.choose(ctx, through(c.token), fmt.Sprint("run", runs), c.model)
				must(t, err)
				if diff := cmp.Diff(map[string]string{c.model: c.version}, s.models(got)); diff != "" {
					t.Errorf("%s: %s", c.model, diff)
				}
			}
		}
		_, err := s.choose(s.guest("g"), through(closed), "private", "cats/1")
		refused(t, err, errorsv1.Reason_REASON_MODEL_PRIVATE)
		for _, token := range []string{closed, open} {
			for _, ctx := range []context.Context{s.guest("g"), s.member("visitor"), s.member("acme")} {
				_, nothing := s.choose(ctx, through(token), "refused", "nothing/1")
				refused(t, nothing, errorsv1.Reason_REASON_MODEL_NOT_FOUND)
				for _, model := range []string{"secret/1", "acme/secret/1", "operator/kept/1", "visitor/mine/1", "", "acme/cats/1"} {
					_, err := s.choose(ctx, through(token), "refused", model)
					refused(t, err, errorsv1.Reason_REASON_MODEL_NOT_FOUND)
					if diff := cmp.Diff(shape(nothing, "nothing/1"), shape(err, model)); diff != "" {
						t.Errorf("%q has another answer than a model that does not exist: %s", model, diff)
					}
				}
			}
		}
	})
}

// shape returns what a caller gets of an error, except the model that it named.
func shape(err error, model string) string {
	e := errs.From(err)
	all := []string{e.Code().String(), e.Reason().String(), strings.ReplaceAll(e.Message(), strconv.Quote(model), "X")}
	for k, v := range e.Metadata() {
		all = append(all, k, strconv.FormatBool(v == model))
	}
	for _, v := range e.Violations() {
		all = append(all, v.GetField(), v.GetDescription())
	}
	return strings.Join(all, "|")
}

// The value of a credential input is never requested, even if the input is said to decide a
// model.
func TestACredentialIsNoModel(t *testing.T) {
	t.Parallel()
	const both = `{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"model"}],
		"steps":[{"type":"roboflow_core/roboflow_object_detection_model@v1","name":"detect","images":"$inputs.image","model_id":"$inputs.model"},
			{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://llm.example.com/v1","model_name":"m","prompt":"x","api_key":"$inputs.model"}],
		"outputs":[{"type":"JsonField","name":"found","selector":"$steps.detect.predictions"}]}`
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "both", both)
		_, err := s.own(s.member("acme"), "workspaces/acme/workflows/both", "r1", "image", "model")
		refused(t, err, errorsv1.Reason_REASON_INPUT_INVALID)
		_, err = s.tryShare("acme", "both", nil)
		refused(t, err, errorsv1.Reason_REASON_CREDENTIAL_NOT_CONTAINED)
	})
}
