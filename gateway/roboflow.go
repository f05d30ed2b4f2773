package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// What Roboflow's clients call:
//
//	POST /{ws}/workflows/{wf}              a saved workflow
//	POST /infer/workflows/{ws}/{wf}        the same, older
//	POST /workflows/run                    an inline definition
//	POST /infer/workflows                  the same, older
//	POST /s/{token}/{ws}/workflows/{wf}    through a link, whatever {ws}, {wf}
//
// Unknown fields of the body are ignored there, as these clients need.

// roboflowRequest is the body of every one of them.
type roboflowRequest struct {
	APIKey         *string         `json:"api_key"`
	Inputs         json.RawMessage `json:"inputs"`
	ExcludedFields []string        `json:"excluded_fields"`
	Specification  json.RawMessage `json:"specification"`
	VersionID      json.RawMessage `json:"workflow_version_id"`
	DisableSinks   bool            `json:"disable_sinks"`
}

// roboflowTarget is what a path names.
type roboflowTarget struct {
	token, workspace, workflow string
	inline                     bool
}

// check refuses a path that can lead nowhere.
func (t roboflowTarget) check() error {
	switch {
	case t.inline:
		return nil
	case t.token == "" && (!segment.MatchString(t.workspace) || !segment.MatchString(t.workflow)):
		return errs.NotFound(errorsv1.Reason_REASON_NOT_FOUND, "there is no such workflow, or it is not yours")
	case !utf8.ValidString(t.token):
		return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the path is not text in UTF-8").Field("token", strict.NotText)
	}
	return nil
}

var segment = regexp.MustCompile(`^[A-Za-z0-9_-]{1,63}$`)

// targetOf reads a path whose first segment is cut off.
func targetOf(first, rest string) (roboflowTarget, bool) {
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case first == "workflows" && len(parts) == 1 && parts[0] == "run",
		first == "infer" && len(parts) == 1 && parts[0] == "workflows":
		return roboflowTarget{inline: true}, true
	case first == "infer" && len(parts) == 3 && parts[0] == "workflows":
		return roboflowTarget{workspace: parts[1], workflow: parts[2]}, true
	case first == "s" && linkInline(parts[1:]):
		return roboflowTarget{token: parts[0], inline: true}, true
	case first == "s":
		return roboflowTarget{token: parts[0]}, linkPath(parts[1:])
	case len(parts) == 2 && parts[0] == "workflows":
		return roboflowTarget{workspace: first, workflow: parts[1]}, true
	}
	return roboflowTarget{}, false
}

// linkPath: {ws}/workflows/{wf}, or infer/workflows/{ws}/{wf}.
func linkPath(parts []string) bool {
	return len(parts) == 3 && parts[1] == "workflows" || len(parts) == 4 && parts[0] == "infer" && parts[1] == "workflows"
}

// linkInline: workflows/run, or infer/workflows.
func linkInline(parts []string) bool {
	return len(parts) == 2 && (parts[0] == "workflows" && parts[1] == "run" || parts[0] == "infer" && parts[1] == "workflows")
}

func (g *Gateway) serveRoboflow(w http.ResponseWriter, r *http.Request, first, rest string) {
	w.Header().Set("Cache-Control", "no-store")
	target, ok := targetOf(first, rest)
	switch {
	case !ok:
		writeRoboflowError(w, reply.NoSuchPath(r))
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		writeRoboflow(w, http.StatusMethodNotAllowed, roboflowError{Message: "use POST here"})
		return
	case target.token != "" && target.inline:
		writeRoboflowError(w, errs.PermissionDenied(errorsv1.Reason_REASON_DEFINITION_FORBIDDEN,
			"a link runs the workflow that it shares; it cannot carry a definition"))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.cfg.Timeout)
	defer cancel()
	reply, err := g.executeJSON(ctx, w, r, target)
	if err != nil {
		writeRoboflowError(w, err)
		return
	}
	w.Header().Set("X-Run-Id", reply.GetRun())
	writeOutputs(w, reply.GetOutputs())
}

func (g *Gateway) executeJSON(ctx context.Context, w http.ResponseWriter, r *http.Request, target roboflowTarget) (*runnerinternalv1.ExecuteJSONResponse, error) {
	if err := target.check(); err != nil {
		return nil, err
	}
	if target.token != "" {
		if err := g.checkOrigin(ctx, r, target.token); err != nil {
			return nil, err
		}
	}
	sent, err := g.receiveRoboflow(ctx, w, r, target)
	if err != nil {
		return nil, err
	}
	defer sent.Release()
	body, err := readRoboflow(sent.Bytes)
	if err != nil {
		return nil, err
	}
	key, err := roboflowKey(r, body)
	if err != nil {
		return nil, err
	}
	if key == "" && target.token == "" {
		return nil, errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "send your Keyhole key as api_key, or as Authorization: Bearer <key>")
	}
	request, err := executeRequest(target, body)
	if err != nil {
		return nil, err
	}
	ctx, err = g.auth.As(ctx, key, g.auth.Visitor(r))
	if err != nil {
		return nil, err
	}
	return g.runner.ExecuteJSON(ctx, request)
}

// receiveRoboflow reads the body on behalf of the key that is known before it, if any.
func (g *Gateway) receiveRoboflow(ctx context.Context, w http.ResponseWriter, r *http.Request, target roboflowTarget) (*intake.Body, error) {
	key, err := roboflowKey(r, &roboflowRequest{})
	if err != nil {
		return nil, err
	}
	if ctx, err = g.auth.As(ctx, key, g.auth.Visitor(r)); err != nil {
		return nil, err
	}
	return g.bodies.Read(w, r, g.roboflowSender(ctx, r, target))
}

func readRoboflow(raw []byte) (*roboflowRequest, error) {
	var body roboflowRequest
	if err := strict.CheckBounds(raw, roboflowField); err != nil {
		return nil, err
	}
	if !utf8.Valid(raw) {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the body is not text in UTF-8").Field("body", strict.NotText)
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, noRun(raw, err)
	}
	if len(body.Inputs) == 0 {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "inputs is missing").Field("inputs", "required")
	}
	return &body, nil
}

// noRun says where a body is no JSON, or no run.
func noRun(raw []byte, err error) error {
	at := len(raw)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = max(int(e.Offset)-1, 0) // it counts the byte that is wrong
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at = int(e.Offset)
	}
	line, column := strict.Position(raw, at)
	return errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON,
		"the body is not a JSON object of a workflow run; see at line %d, column %d", line, column).Because(err)
}

// roboflowField is the field of the body that something stands in.
func roboflowField(names []string) string {
	if len(names) > 0 && (names[0] == "inputs" || names[0] == "specification") {
		return names[0]
	}
	return "body"
}

// roboflowKey takes the one key that came. Two that differ are refused: which of
// them pays must never be a guess.
func roboflowKey(r *http.Request, body *roboflowRequest) (string, error) {
	key, err := auth.Bearer(r)
	if err != nil {
		return "", err
	}
	others := []string{r.URL.Query().Get("api_key")}
	if body.APIKey != nil {
		others = append(others, *body.APIKey)
	}
	for _, other := range others {
		switch {
		case other == "" || other == key:
		case !auth.WellFormed(other):
			return "", errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "api_key is no key")
		case key == "":
			key = other
		default:
			return "", errs.Unauthenticated(errorsv1.Reason_REASON_UNAUTHENTICATED, "the request carries two different keys")
		}
	}
	return key, nil
}

func executeRequest(target roboflowTarget, body *roboflowRequest) (*runnerinternalv1.ExecuteJSONRequest, error) {
	request := &runnerinternalv1.ExecuteJSONRequest{
		Inputs: body.Inputs, ExcludedFields: body.ExcludedFields, DisableSinks: body.DisableSinks,
	}
	switch {
	case target.inline:
		if len(body.Specification) == 0 {
			return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "specification is missing").Field("specification", "required")
		}
		request.Target = &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: body.Specification}
		return request, nil
	case target.token != "":
		request.Target = &runnerinternalv1.ExecuteJSONRequest_Token{Token: target.token}
		return request, nil
	}
	version, err := versionNumber(body.VersionID)
	if err != nil {
		return nil, err
	}
	request.Version = version
	request.Target = &runnerinternalv1.ExecuteJSONRequest_Workflow{Workflow: "workspaces/" + target.workspace + "/workflows/" + target.workflow}
	return request, nil
}

// versionNumber reads workflow_version_id, which clients send as text.
func versionNumber(raw json.RawMessage) (int32, error) {
	text := strings.Trim(string(raw), `"`)
	if text == "" || text == "null" {
		return 0, nil
	}
	var n int32
	if err := json.Unmarshal([]byte(text), &n); err != nil || n < 1 {
		return 0, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "workflow_version_id must be the number of a version").Field("workflow_version_id", "not a version number")
	}
	return n, nil
}
