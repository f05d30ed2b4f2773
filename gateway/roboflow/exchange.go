package roboflow

import (
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/admission"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

type object = map[string]any

// jpeg is an answer that is a picture.
type jpeg []byte

// Services are what the requests of Roboflow's clients reach. All fields are required.
type Services struct {
	Gate   *admission.Gate
	Runner runnerinternalv1.RunnerInternalServiceClient
	// The public endpoints, which check the rights of each caller.
	Sharing  sharingv1.SharingServiceClient
	Registry registryv1.RegistryServiceClient
	Vault    vaultv1.VaultServiceClient
}

// exchange is one request other than the run of a workflow. Its calls to the services carry
// the caller's own rights.
type exchange struct {
	*Services
	request *http.Request
	// path has the segments of the path.
	path []string
	body *intake.Body
	// caller holds the key of the request.
	caller caller.Principal
}

// read decodes the body into a request of the call. Unknown fields are ignored.
func (x *exchange) read(into any) error {
	if !utf8.Valid(x.body.Bytes) {
		return errs.InvalidArgument("the body is not UTF-8 text").WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).Field("body", strict.NotText)
	}
	if len(x.body.Bytes) == 0 {
		return nil
	}
	if err := json.Unmarshal(x.body.Bytes, into); err != nil {
		return malformed(x.body.Bytes, err)
	}
	return nil
}

// parent is the workspace that the path names.
func (x *exchange) parent() (string, error) {
	if !segment.MatchString(x.path[0]) {
		return "", errs.NotFound("workspace not found")
	}
	return "workspaces/" + x.path[0], nil
}

// workflow is the workflow that the path names.
func (x *exchange) workflow() (string, error) { return workflowName(x.path[0], x.path[2]) }

func workflowName(workspace, id string) (string, error) {
	if !segment.MatchString(workspace) || !segment.MatchString(id) {
		return "", errs.NotFound("workflow not found in your workspaces")
	}
	return "workspaces/" + workspace + "/workflows/" + id, nil
}

// query returns a parameter of the URL.
func (x *exchange) query(name string) string { return x.request.URL.Query().Get(name) }

// hasKey reports whether a request shows a key outside of its body.
func hasKey(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || r.URL.Query().Has("api_key")
}

// AsksWhose reports whether a request for / asks whose key it shows. Other requests for /
// are for the app.
func AsksWhose(r *http.Request) bool {
	return r.URL.Path == "/" && (r.URL.Query().Has("api_key") || r.Method == http.MethodPost)
}
