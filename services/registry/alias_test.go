package registry_test

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// alias maps a name to a model, given as "ws/model" or "ws/model/versions/n".
func (r *harness) alias(workspace, alias, model string) (*registryv1.ModelAlias, error) {
	r.t.Helper()
	ws, rest, _ := strings.Cut(model, "/")
	return r.public.CreateModelAlias(r.as(workspace), &registryv1.CreateModelAliasRequest{
		Parent: "workspaces/" + workspace, ModelAlias: &registryv1.ModelAlias{Alias: alias, Model: "workspaces/" + ws + "/models/" + rest},
	})
}

// check returns the version that an ID means to an owner, "-" for one that means none.
func (r *harness) check(owner, id string, publicOnly bool) string {
	r.t.Helper()
	out, err := r.internal["sharing"].CheckModels(r.t.Context(), &registryinternalv1.CheckModelsRequest{
		OwnerWorkspace: owner, ChargedWorkspace: owner, ModelIds: []string{id}, PublicOnly: publicOnly,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if !out.GetChecks()[0].GetExists() {
		return "-"
	}
	return strings.NewReplacer("workspaces/", "", "models/", "", "versions/", "").Replace(out.GetChecks()[0].GetVersion())
}

func TestAliasesOfModels(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		r := newHarness(t, url)
		for _, m := range []struct {
			workspace, model string
			visibility       registryv1.Visibility
		}{
			{"acme", "cats", registryv1.Visibility_VISIBILITY_PRIVATE},
			{"acme", "cats", registryv1.Visibility_VISIBILITY_PRIVATE},
			{"acme", "dogs", registryv1.Visibility_VISIBILITY_PUBLIC},
			{"other", "secret", registryv1.Visibility_VISIBILITY_PRIVATE},
			{"operator", "std", registryv1.Visibility_VISIBILITY_PUBLIC},
			{"operator", "kept", registryv1.Visibility_VISIBILITY_PRIVATE},
		} {
			if _, err := r.upload(m.workspace, m.model, m.visibility, identityModel()); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range [][3]string{
			{"acme", "coco/3", "acme/cats"},
			{"acme", "old", "acme/cats/versions/1"},
			{"acme", "both", "acme/dogs"},
			{"acme", "team/cars/2", "acme/cats"},
			{"operator", "both", "operator/std"},
			{"operator", "all/9", "operator/std"},
			{"operator", "cats", "operator/std"},
			{"operator", "acme/dogs/1", "operator/std"},
			{"other", "coco/3", "acme/dogs"},
		} {
			if got, err := r.alias(a[0], a[1], a[2]); err != nil || got.GetAlias() != a[1] || got.GetTask() != "image-classification" {
				t.Fatalf("%v: %v, %v", a, got, err)
			}
		}
		for _, c := range []struct{ owner, id, want string }{
			{"acme", "coco/3", "acme/cats/2"},
			{"acme", "old", "acme/cats/1"},
			{"acme", "team/cars/2", "acme/cats/2"},
			{"acme", "both", "acme/dogs/1"},
			{"other", "both", "operator/std/1"},
			{"operator", "both", "operator/std/1"},
			{"acme", "all/9", "operator/std/1"},
			{"other", "coco/3", "acme/dogs/1"},
			{"third", "coco/3", "-"},
			{"other", "old", "-"},
			{"acme", "cats", "acme/cats/2"},        // an own model comes before an alias of the operator
			{"acme", "acme/dogs/1", "acme/dogs/1"}, // so does a model by its full name
			{"acme", "workspaces/acme/models/cats/versions/1", "acme/cats/1"},
			{"acme", "workspaces/acme/models/cats", "acme/cats/2"},
			{"other", "workspaces/acme/models/cats", "-"},
			{"acme", "workspaces/other/models/secret/versions/1", "-"},
			{"acme", "coco/4", "-"},
		} {
			if got := r.check(c.owner, c.id, false); got != c.want {
				t.Errorf("%s of %s is %s, want %s", c.id, c.owner, got, c.want)
			}
		}
		for id, want := range map[string]string{"coco/3": "-", "old": "-", "both": "operator/std/1", "all/9": "operator/std/1"} {
			if got := r.check("acme", id, true); got != want {
				t.Errorf("a stranger reaches %s as %s, want %s", id, got, want)
			}
		}
		refuseAliases(t, r)
		changeAliases(t, r)
	})
}

func refuseAliases(t *testing.T, r *harness) {
	t.Helper()
	for _, alias := range []string{"", "a b", "/coco", "coco/", "a//b", "a/b/c/d", "../x", "a~b", "-rf", "ünï", "a\n", "$x", strings.Repeat("x", 81), "workspaces/acme/models/cats"} {
		if _, err := r.alias("acme", alias, "acme/cats"); errs.CodeOf(err) != codes.InvalidArgument {
			t.Errorf("alias %q: %v", alias, err)
		}
	}
	_, private := r.alias("acme", "x", "other/secret")
	_, none := r.alias("acme", "x", "other/nothing")
	if errs.CodeOf(private) != codes.NotFound || private.Error() != none.Error() {
		t.Errorf("a private model of others: %v, and one that does not exist: %v", private, none)
	}
	for _, c := range []struct {
		workspace, model string
		want             codes.Code
	}{
		{"operator", "operator/kept", codes.InvalidArgument},
		{"acme", "operator/kept", codes.NotFound},
		{"acme", "acme/cats/versions/9", codes.NotFound},
		{"acme", "acme/cats/versions/0", codes.InvalidArgument},
		{"acme", "acme", codes.InvalidArgument},
		{"operator", "acme/cats", codes.NotFound},
	} {
		if _, err := r.alias(c.workspace, "x", c.model); errs.CodeOf(err) != c.want {
			t.Errorf("%s maps to %s: %v", c.workspace, c.model, err)
		}
	}
	if _, err := r.alias("acme", "coco/3", "acme/dogs"); errs.CodeOf(err) != codes.AlreadyExists {
		t.Errorf("an alias a second time: %v", err)
	}
}

func changeAliases(t *testing.T, r *harness) {
	t.Helper()
	ctx, name := r.as("acme"), "workspaces/acme/modelAliases/coco~3"
	listed, err := r.public.ListModelAliases(ctx, &registryv1.ListModelAliasesRequest{Parent: "workspaces/acme", PageSize: 2})
	if err != nil || len(listed.GetModelAliases()) != 2 || listed.GetModelAliases()[1].GetName() != name {
		t.Fatalf("the first page is %v, %v", listed, err)
	}
	rest, err := r.public.ListModelAliases(ctx, &registryv1.ListModelAliasesRequest{Parent: "workspaces/acme", PageToken: listed.GetNextPageToken()})
	if err != nil || len(rest.GetModelAliases()) != 2 || rest.GetNextPageToken() != "" {
		t.Errorf("the second page is %v, %v", rest, err)
	}
	changed, err := r.public.UpdateModelAlias(ctx, &registryv1.UpdateModelAliasRequest{ModelAlias: &registryv1.ModelAlias{Name: name, Model: "workspaces/acme/models/dogs"}})
	if err != nil || changed.GetModel() != "workspaces/acme/models/dogs" || r.check("acme", "coco/3", false) != "acme/dogs/1" {
		t.Errorf("changed to %v, %v", changed, err)
	}
	if _, err := r.public.UpdateModelAlias(ctx, &registryv1.UpdateModelAliasRequest{ModelAlias: &registryv1.ModelAlias{Name: name, Model: "workspaces/other/models/secret"}}); errs.CodeOf(err) != codes.NotFound {
		t.Errorf("changed to a private model of others: %v", err)
	}
	// If a model is gone, the operator's alias does not replace it.
	if _, err := r.public.DeleteModel(ctx, &registryv1.DeleteModelRequest{Name: "workspaces/acme/models/dogs"}); err != nil {
		t.Fatal(err)
	}
	if got := r.check("acme", "both", false); got != "-" {
		t.Errorf("an alias of a model that is gone means %s", got)
	}
	if got, err := r.public.GetModelAlias(ctx, &registryv1.GetModelAliasRequest{Name: name}); err != nil || got.GetTask() != "" {
		t.Errorf("an alias of a model that is gone: %v, %v", got, err)
	}
	if _, err := r.public.DeleteModelAlias(ctx, &registryv1.DeleteModelAliasRequest{Name: name}); err != nil {
		t.Error(err)
	}
	if _, err := r.public.GetModelAlias(ctx, &registryv1.GetModelAliasRequest{Name: name}); errs.CodeOf(err) != codes.NotFound || r.check("acme", "coco/3", false) != "-" {
		t.Errorf("a deleted alias: %v", err)
	}
	suggested, err := r.internal["sharing"].SuggestModels(t.Context(), &registryinternalv1.SuggestModelsRequest{OwnerWorkspace: "acme", Tasks: []string{"image-classification", "x"}})
	if err != nil || len(suggested.GetModels()) != 2 || suggested.GetModels()[0].GetName() != "workspaces/acme/models/cats" || suggested.GetModels()[1].GetName() != "workspaces/operator/models/std" {
		t.Errorf("suggested: %v, %v", suggested, err)
	}
}
