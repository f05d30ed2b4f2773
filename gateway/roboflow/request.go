package roboflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// request is the body of all these calls.
type request struct {
	APIKey         *string         `json:"api_key"`
	Inputs         json.RawMessage `json:"inputs"`
	ExcludedFields []string        `json:"excluded_fields"`
	Specification  json.RawMessage `json:"specification"`
	VersionID      json.RawMessage `json:"workflow_version_id"`
	DisableSinks   bool            `json:"disable_sinks"`
}

func decode(raw []byte) (*request, error) {
	var body request
	if err := strict.CheckBounds(raw, fieldOf); err != nil {
		return nil, err
	}
	if !utf8.Valid(raw) {
		return nil, errs.InvalidArgument("the body is not UTF-8 text").WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).Field("body", strict.NotText)
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, malformed(raw, err)
	}
	if len(body.Inputs) == 0 {
		return nil, required("inputs", "an object with a value for each input")
	}
	return &body, nil
}

// malformed says where a body is not JSON, or not a run.
func malformed(raw []byte, err error) error {
	at, kind, field := len(raw), "json_invalid", ""
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = max(int(e.Offset)-1, 0) // Offset counts the wrong byte too
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		at, kind, field = int(e.Offset), "type_error", e.Field
	}
	line, column := strict.Position(raw, at)
	where := []any{"body", at}
	if field != "" {
		where[1] = field
	}
	return &unprocessable{
		error: errs.InvalidArgument("the body does not match the request of a workflow run at line %d, column %d", line, column).
			WithReason(errorsv1.Reason_REASON_MALFORMED_JSON).Because(err),
		detail: detail{Type: kind, Loc: where, Msg: fmt.Sprintf("malformed or of the wrong type at line %d, column %d", line, column)},
	}
}

// fieldOf returns the field of the body that encloses a place. It quotes no other name.
func fieldOf(names []string) string {
	if len(names) > 0 && (names[0] == "inputs" || names[0] == "specification") {
		return names[0]
	}
	return "body"
}

// noKey is what Roboflow's clients send in a query if they have no key.
const noKey = "None"

// keyOf returns the key of the request. It refuses two different keys: the gateway must
// not guess which of them pays.
func keyOf(r *http.Request, body *request) (string, error) {
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
		case other == "" || other == noKey || other == key:
		case !auth.WellFormed(other):
			return "", errs.Unauthenticated("api_key is not a valid key; copy it completely, or create a new one")
		case key == "":
			key = other
		default:
			return "", errs.Unauthenticated("the request carries two different keys; send one")
		}
	}
	return key, nil
}

func executeRequest(to target, body *request) (*runnerinternalv1.ExecuteJSONRequest, error) {
	call := &runnerinternalv1.ExecuteJSONRequest{
		Inputs: body.Inputs, ExcludedFields: body.ExcludedFields, DisableSinks: body.DisableSinks,
	}
	switch {
	case to.inline:
		if len(body.Specification) == 0 {
			return nil, required("specification", "the definition to run")
		}
		call.Target = &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: body.Specification}
		return call, nil
	case to.token != "":
		call.Target = &runnerinternalv1.ExecuteJSONRequest_Token{Token: to.token}
	default:
		call.Target = &runnerinternalv1.ExecuteJSONRequest_Workflow{Workflow: to.name()}
	}
	version, err := versionNumber(body.VersionID)
	call.Version = version
	return call, err
}

// versionNumber reads workflow_version_id. Clients send it as a string.
func versionNumber(raw json.RawMessage) (int32, error) {
	text := strings.Trim(string(raw), `"`)
	if text == "" || text == "null" {
		return 0, nil
	}
	var n int32
	if err := json.Unmarshal([]byte(text), &n); err != nil || n < 1 {
		return 0, errs.InvalidArgument("workflow_version_id must be the number of a version").Field("workflow_version_id", "not a version number")
	}
	return n, nil
}
