package roboflow

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

func TestTargetOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, rest string
		want        target
		ok          bool
	}{
		{"demo", "workflows/ocr", target{workspace: "demo", workflow: "ocr"}, true},
		{"infer", "workflows/demo/ocr", target{workspace: "demo", workflow: "ocr"}, true},
		{"workflows", "run", target{inline: true}, true},
		{"infer", "workflows", target{inline: true}, true},
		{"s", "tok/any/workflows/any", target{token: "tok"}, true},
		{"s", "tok/infer/workflows/any/any", target{token: "tok"}, true},
		{"s", "tok/workflows/run", target{token: "tok", inline: true}, true},
		{"s", "tok/infer/workflows", target{token: "tok", inline: true}, true},
		{"s", "tok", target{token: "tok"}, false},
		{"s", "tok/any/workflows", target{token: "tok"}, false},
		{"demo", "models/x", target{}, false},
		{"demo", "workflows/ocr/describe_interface", target{}, false},
	} {
		got, ok := targetOf(c.first, c.rest)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s/%s: got %+v, %v; want %+v, %v", c.first, c.rest, got, ok, c.want, c.ok)
		}
	}
}

func TestRoboflowKeyIsOne(t *testing.T) {
	t.Parallel()
	key := "kh_a"
	other := "kh_b"
	for name, c := range map[string]struct {
		header, query string
		body          *string
		want          string
		fails         bool
	}{
		"none":           {},
		"header":         {header: "Bearer kh_a", want: key},
		"body":           {body: &key, want: key},
		"query":          {query: key, want: key},
		"three times":    {header: "Bearer kh_a", query: key, body: &key, want: key},
		"two that clash": {header: "Bearer kh_a", body: &other, fails: true},
		"basic":          {header: "Basic a2g6", fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/x?api_key="+c.query, nil)
			if c.header != "" {
				r.Header.Set("Authorization", c.header)
			}
			got, err := keyOf(r, &request{APIKey: c.body})
			if (err != nil) != c.fails || got != c.want {
				t.Errorf("got %q, %v; want %q, fails %v", got, err, c.want, c.fails)
			}
		})
	}
}

func TestRoboflowErrorNamesSteps(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	writeError(w, errs.InvalidArgument("two problems").WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID).
		Field("steps.llm.prompt", "missing").Field("outputs.x", "unknown selector"))
	want := `{"message":"two problems","error_type":"WorkflowSyntaxError","context":"workflow_compilation | definition_parsing",` +
		`"blocks_errors":[{"block_id":"llm","property_name":"prompt","property_details":"missing"},` +
		`{"property_name":"outputs.x","property_details":"unknown selector"}],"reason":"DEFINITION_INVALID"}`
	if diff := cmp.Diff(want, w.Body.String()); diff != "" || w.Code != http.StatusBadRequest {
		t.Errorf("status %d, body (-want +got):\n%s", w.Code, diff)
	}
}

// A body that is no request of the call is 422 with details, as FastAPI has it. Nothing that
// was sent is quoted.
func TestUnprocessableBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"no inputs":  {`{"api_key":"kh_a"}`, `[{"type":"missing","loc":["body","inputs"],"msg":"Field required"}]`},
		"broken":     {`{"api_key":"kh_a", x`, `[{"type":"json_invalid","loc":["body",19],"msg":"malformed or of the wrong type at line 1, column 20"}]`},
		"cut":        {`{"api_key":"kh_a"`, `[{"type":"json_invalid","loc":["body",16],"msg":"malformed or of the wrong type at line 1, column 17"}]`},
		"wrong type": {`{"inputs":{},"excluded_fields":7}`, `[{"type":"type_error","loc":["body","excluded_fields"],"msg":"malformed or of the wrong type at line 1, column 33"}]`},
		"a list":     {`[]`, `[{"type":"type_error","loc":["body",1],"msg":"malformed or of the wrong type at line 1, column 2"}]`},
	} {
		_, err := decode([]byte(c.body))
		w := httptest.NewRecorder()
		writeError(w, err)
		var got struct {
			Message string          `json:"message"`
			Detail  json.RawMessage `json:"detail"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusUnprocessableEntity || string(got.Detail) != c.want || got.Message == "" || strings.Contains(w.Body.String(), "kh_a") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// A failed step prints its text once. The client joins message and inner_error_message.
func TestFailedStepIsToldOnce(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	writeError(w, errs.FailedPrecondition(errorsv1.Reason_REASON_STEP_FAILED, "the step failed").With("errorType", "StepExecutionError").With("innerErrorType", "OperationError").With("step", "p"))
	if n := strings.Count(w.Body.String(), "the step failed"); n != 1 {
		t.Errorf("told %d times: %s", n, w.Body)
	}
}

// Roboflow's clients retry 429 and 503, and discard the message.
func TestStatusIsOneForAReason(t *testing.T) {
	t.Parallel()
	for reason, want := range map[errorsv1.Reason]int{
		errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED: http.StatusPaymentRequired,
		errorsv1.Reason_REASON_RESULT_TOO_LARGE:       http.StatusRequestEntityTooLarge,
		errorsv1.Reason_REASON_IMAGE_TOO_LARGE:        http.StatusRequestEntityTooLarge,
		errorsv1.Reason_REASON_REQUEST_TOO_LARGE:      http.StatusRequestEntityTooLarge,
		errorsv1.Reason_REASON_PROVIDER_FAILED:        http.StatusBadGateway,
		errorsv1.Reason_REASON_RUN_REVOKED:            http.StatusConflict,
		errorsv1.Reason_REASON_SHARE_PAUSED:           http.StatusForbidden,
		errorsv1.Reason_REASON_SHARE_EXPIRED:          http.StatusForbidden,
	} {
		for _, code := range []codes.Code{codes.ResourceExhausted, codes.Aborted, codes.FailedPrecondition, codes.Unavailable} {
			roboflow, v1 := httptest.NewRecorder(), httptest.NewRecorder()
			writeError(roboflow, errs.New(code, reason, "no"))
			reply.Error(v1, errs.New(code, reason, "no"))
			if roboflow.Code != want || v1.Code != want {
				t.Errorf("%s with %s: status %d for Roboflow's clients, %d at /v1, want %d", reason, code, roboflow.Code, v1.Code, want)
			}
		}
	}
}
