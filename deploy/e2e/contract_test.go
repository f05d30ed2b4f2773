package e2e_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// rpc is one public method, and its HTTP binding.
type rpc struct {
	name      string // "keyhole.vault.v1.VaultService/Whoami"
	method    string
	template  string // "/v1/{name=workspaces/*/keys/*}"
	rule      *accessv1.Rule
	streaming bool
}

// uploads has no HTTP annotation: the gateway has a handler for it.
const uploads = "/v1/{name=workspaces/*/models/*/versions/*}/artifact"

// contract is every public RPC, from the descriptors, so it includes new ones.
func contract(t testing.TB) []rpc {
	t.Helper()
	var all []rpc
	for _, file := range []protoreflect.FileDescriptor{
		vaultv1.File_keyhole_vault_v1_vault_proto, registryv1.File_keyhole_registry_v1_registry_proto,
		sharingv1.File_keyhole_sharing_v1_sharing_proto, runnerv1.File_keyhole_runner_v1_runner_proto,
	} {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				all = append(all, describe(t, service.Methods().Get(j)))
			}
		}
	}
	return all
}

func describe(t testing.TB, m protoreflect.MethodDescriptor) rpc {
	t.Helper()
	r := rpc{name: string(m.Parent().FullName()) + "/" + string(m.Name()), streaming: m.IsStreamingClient()}
	r.rule, _ = proto.GetExtension(m.Options(), accessv1.E_Rule).(*accessv1.Rule)
	h, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	switch p := h.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		r.method, r.template = http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		r.method, r.template = http.MethodPost, p.Post
	case *annotations.HttpRule_Patch:
		r.method, r.template = http.MethodPatch, p.Patch
	case *annotations.HttpRule_Delete:
		r.method, r.template = http.MethodDelete, p.Delete
	default:
		if m.Name() != "UploadArtifact" {
			t.Fatalf("%s has no HTTP annotation that this test knows", r.name)
		}
		r.method, r.template = http.MethodPut, uploads
	}
	return r
}

var variable = regexp.MustCompile(`\{[^}=]+(=([^}]+))?\}`)

// pattern returns the resource in a path: "workspaces/*/keys/*", or "*".
func (r rpc) pattern() string {
	m := variable.FindStringSubmatch(r.template)
	switch {
	case m == nil:
		return ""
	case m[2] == "":
		return "*"
	}
	return m[2]
}

// at returns the path for a resource.
func (r rpc) at(resource string) string {
	return variable.ReplaceAllLiteralString(r.template, resource)
}

// matches reports whether a request was for this method.
func (r rpc) matches(method, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	resource := strings.ReplaceAll(r.pattern(), "*", "@")
	expression := strings.ReplaceAll(regexp.QuoteMeta(r.at(resource)), "@", "[^/:]+")
	found, _ := regexp.MatchString("^"+expression+"$", path)
	return found && method == r.method
}

// checkDriven fails for every RPC that no case has called successfully: the answers of
// other RPCs were not searched for secrets.
func (in *installation) checkDriven(t testing.TB) {
	t.Helper()
	for _, r := range contract(t) {
		driven := false
		for _, x := range in.seen.all {
			driven = driven || x.status == http.StatusOK && r.matches(x.method, x.path)
		}
		if !driven {
			t.Errorf("no case drives %s (%s %s): add it to the tour", r.name, r.method, r.template)
		}
	}
}
