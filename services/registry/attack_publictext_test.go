package registry_test

import (
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackPublicTextOfModels: a secret in a model's title or labels, which strangers see
// in answers.
func TestAttackPublicTextOfModels(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "secrets in titles and labels of models")
	r := newHarness(t, testkit.SQLite(t))
	secret := "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
	blocked := func(err error) bool { return errs.ReasonOf(err) == errorsv1.Reason_REASON_LITERAL_SECRET }
	_, err := r.public.CreateModel(r.as("acme"), &registryv1.CreateModelRequest{
		Parent: "workspaces/acme", ModelId: "cats", Model: &registryv1.Model{Title: "with " + secret, Task: "object-detection"},
	})
	a.Attempt(blocked(err), "new model: %v", err)
	v, err := r.upload("acme", "dogs", registryv1.Visibility_VISIBILITY_PRIVATE, zipped(t, map[string][]byte{
		"class_names.txt": []byte("cat\n" + secret + "\ndog\n"), "weights.onnx": identityModel(),
	}))
	a.Attempt(err != nil && strings.Contains(err.Error(), "looks like a secret") && !strings.Contains(err.Error(), secret), "labels: %v, %v", v, err)
	_, err = r.public.UpdateModel(r.as("acme"), &registryv1.UpdateModelRequest{Model: &registryv1.Model{Name: "workspaces/acme/models/dogs", Title: secret}})
	a.Attempt(blocked(err), "patched model: %v", err)
}
