package gateway

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// noQuery refuses parameters where a method takes none. The generated code does
// not look at the query there, so strictQuery is never asked, and a key or a
// filter in it would be dropped in silence.
func noQuery() runtime.Middleware {
	without := map[string]bool{}
	for _, file := range []protoreflect.FileDescriptor{
		vaultv1.File_keyhole_vault_v1_vault_proto, registryv1.File_keyhole_registry_v1_registry_proto,
		sharingv1.File_keyhole_sharing_v1_sharing_proto, runnerv1.File_keyhole_runner_v1_runner_proto,
	} {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				if route, takes := queryOf(methods.Get(j)); !takes {
					without[route] = true
				}
			}
		}
	}
	return func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			pattern, _ := runtime.HTTPPattern(r.Context())
			if r.URL.RawQuery == "" || !without[r.Method+" "+pattern.String()] {
				next(w, r, params)
				return
			}
			refusal := errs.InvalidArgument(errorsv1.Reason_REASON_UNKNOWN_FIELD, "nothing can be asked for in the query here")
			for name := range r.URL.Query() {
				refusal = refusal.Field(clip(name), "unknown query parameter")
			}
			writeError(w, refusal)
		}
	}
}

var pathVariable = regexp.MustCompile(`\{([^}=]+)(=[^}]+)?\}`)

// queryOf is a method's route, and whether a field is left for its query.
func queryOf(m protoreflect.MethodDescriptor) (route string, takes bool) {
	rule, _ := proto.GetExtension(m.Options(), annotations.E_Http).(*annotations.HttpRule)
	bound := map[string]bool{rule.GetBody(): true}
	verb, path := verbOf(rule)
	path = pathVariable.ReplaceAllStringFunc(path, func(v string) string {
		name, pattern, typed := strings.Cut(strings.Trim(v, "{}"), "=")
		if !typed {
			pattern = "*"
		}
		bound[name] = true
		return "{" + name + "=" + pattern + "}"
	})
	fields := m.Input().Fields()
	for i := range fields.Len() {
		takes = takes || !bound[string(fields.Get(i).Name())]
	}
	return verb + " " + path, takes && !bound["*"]
}

func verbOf(rule *annotations.HttpRule) (verb, path string) {
	switch p := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		return http.MethodPost, p.Post
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, p.Patch
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, p.Delete
	}
	return "", ""
}
