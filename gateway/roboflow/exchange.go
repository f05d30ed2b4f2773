package roboflow

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

type object = map[string]any

// exchange is one request other than the run of a workflow. Its calls to the services carry
// the caller's own rights.
type exchange struct {
	*Handler
	request *http.Request
	// path has the segments of the path.
	path []string
	body *intake.Body
}

// serveRoute answers a request for a route.
func (h *Handler) serveRoute(w http.ResponseWriter, r *http.Request, to route, path []string) {
	ctx, cancel := context.WithTimeout(r.Context(), h.Timeout)
	defer cancel()
	x := &exchange{Handler: h, request: r, path: path}
	ctx, err := x.open(ctx, w, to)
	if err != nil {
		writePlatformError(w, err)
		return
	}
	defer x.body.Release()
	result, err := to.answer(ctx, x)
	if err != nil {
		writePlatformError(w, err)
		return
	}
	raw, isRaw := result.([]byte)
	if !isRaw {
		if raw, err = json.Marshal(result); err != nil {
			writePlatformError(w, err)
			return
		}
	}
	reply.JSON(w, http.StatusOK, raw)
}

// open authenticates the caller and reads the body, which may hold the key.
func (x *exchange) open(ctx context.Context, w http.ResponseWriter, to route) (context.Context, error) {
	for _, part := range x.path {
		if !utf8.ValidString(part) {
			return nil, errs.InvalidArgument("the path is not UTF-8 text").Field("path", strict.NotText)
		}
	}
	body, err := x.receive(ctx, w, x.request, target{})
	if err != nil {
		return nil, err
	}
	if ctx, err = x.authenticate(ctx, body.Bytes, to.open); err != nil {
		body.Release()
		return nil, err
	}
	x.body = body
	return ctx, nil
}

func (x *exchange) authenticate(ctx context.Context, body []byte, open bool) (context.Context, error) {
	var held struct {
		APIKey *string `json:"api_key"`
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		if err := strict.CheckBounds(body, fieldOf); err != nil {
			return nil, err
		}
		_ = json.Unmarshal(body, &held) // a body of another form is the answer's to refuse
	}
	key, err := keyOf(x.request, &request{APIKey: held.APIKey})
	if err != nil {
		return nil, err
	}
	if key == "" && !open {
		return nil, errs.Unauthenticated("send your Keyhole key as api_key, or as Authorization: Bearer <key>")
	}
	ctx, err = x.Callers.As(ctx, auth.Key(key), x.Callers.Visitor(x.request))
	if err == nil && !open && !caller.From(ctx).Kind.OfWorkspace() {
		return nil, errs.PermissionDenied("only a key of a workspace can do this")
	}
	return ctx, err
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

// allowOf lists the methods of a path, for the header Allow.
func allowOf(m methods, alsoPost bool) string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	if alsoPost && !slices.Contains(all, http.MethodPost) {
		all = append(all, http.MethodPost)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
