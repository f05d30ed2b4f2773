package provider_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

const compatible = "roboflow_core/openai_compatible@v1"

func compatibleArgs(more map[string]any) map[string]any {
	args := map[string]any{
		"base_url": "https://llm.example.com/v1", "model_name": "m", "prompt": "hello",
		"api_key": engine.SlotMark, "max_tokens": int64(500), "prompt_parameters": map[string]any{},
	}
	for k, v := range more {
		args[k] = v
	}
	return args
}

func TestCompatibleAsksAndMeters(t *testing.T) {
	t.Parallel()
	o := &out{server: newServer(t)}
	result, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(map[string]any{
		"system_prompt": "be brief", "temperature": 0.5,
	}))
	if err != nil {
		t.Fatal(err)
	}
	want := engine.One(engine.Outputs{"output": "a red motorcycle", "error_status": ""})
	if diff := cmp.Diff(want, result, cmp.AllowUnexported(engine.Result{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"https://llm.example.com/v1/chat/completions"}, o.urls); diff != "" {
		t.Error(diff)
	}
	wantBody := map[string]any{
		"model": "m", "max_tokens": 500.0, "temperature": 0.5,
		"messages": []any{
			map[string]any{"role": "system", "content": "be brief"},
			map[string]any{"role": "user", "content": []any{map[string]any{"type": "text", "text": "hello"}}},
		},
	}
	if diff := cmp.Diff(wantBody, o.server.bodies[0]); diff != "" {
		t.Error(diff)
	}
	wantUse := []engine.Use{{
		Attempt: engine.Attempt{Step: "llm", Number: 1}, Slot: "api_key", Calls: 1, InputTokens: 7, OutputTokens: 4,
	}}
	if diff := cmp.Diff(wantUse, o.uses); diff != "" {
		t.Error(diff)
	}
}

// Steps must not use the environment of the process: it belongs to the operator.
func TestNothingComesFromTheEnvironment(t *testing.T) {
	for _, name := range []string{"OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY"} {
		t.Setenv(name, "sk-canary-of-the-environment")
	}
	t.Setenv("OPENAI_CUSTOM_HEADERS", "X-Canary: sk-canary-of-the-environment")
	t.Setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/canary")
	o := &out{server: newServer(t)}
	for _, key := range []any{engine.SlotMark, nil} {
		if _, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(map[string]any{"api_key": key})); err != nil {
			t.Fatal(err)
		}
	}
	for _, head := range o.server.heads {
		for name, values := range head {
			if strings.Contains(strings.Join(values, " "), "canary") {
				t.Errorf("header %s is %q", name, values)
			}
		}
	}
	if got := o.server.heads[1].Get("Authorization"); got != "" {
		t.Errorf("without a slot it sent %q", got)
	}
	if diff := cmp.Diff([]string{"api_key", ""}, o.slots); diff != "" {
		t.Error(diff)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		field, arg string
		parameters map[string]any
		text       string
		pictures   int
	}{
		"filled in":              {field: "is {{ $parameters.a }} {{$parameters.b}}?", parameters: map[string]any{"a": int64(3), "b": []any{"x"}}, text: "is 3 ['x']?"},
		"a value is data":        {field: "{{ $parameters.a }}!", parameters: map[string]any{"a": "{{ $parameters.b }}", "b": "secret"}, text: "{{ $parameters.b }}!"},
		"unknown names stay":     {field: "{{$parameters.none  }}", text: "{{$parameters.none  }}"},
		"a prompt that is input": {field: "$inputs.q", arg: "show {{ $parameters.a }}", parameters: map[string]any{"a": "hidden"}, text: "show {{ $parameters.a }}"},
		"pictures in parameters": {field: "look {{ $parameters.p }} here", parameters: map[string]any{"p": picture("a"), "q": []any{picture("b"), "c", picture("d")}}, text: "look  here", pictures: 3},
		"bytes are pictures":     {field: "look", parameters: map[string]any{"p": []byte("jpeg")}, text: "look", pictures: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &out{server: newServer(t)}
			arg := tc.arg
			if arg == "" {
				arg = tc.field
			}
			_, err := run(t, o, compatible, map[string]any{"prompt": tc.field},
				compatibleArgs(map[string]any{"prompt": arg, "prompt_parameters": tc.parameters}))
			if err != nil {
				t.Fatal(err)
			}
			messages := o.server.bodies[0]["messages"].([]any)
			content := messages[0].(map[string]any)["content"].([]any)
			if got := content[0].(map[string]any)["text"]; got != tc.text {
				t.Errorf("text %q, want %q", got, tc.text)
			}
			if got := len(content) - 1; got != tc.pictures {
				t.Errorf("%d pictures, want %d", got, tc.pictures)
			}
		})
	}
}

func TestParametersGoThroughOperations(t *testing.T) {
	t.Parallel()
	o := &out{server: newServer(t)}
	_, err := run(t, o, compatible, map[string]any{
		"prompt":                       "{{ $parameters.n }} things",
		"prompt_parameters_operations": map[string]any{"n": []any{map[string]any{"type": "SequenceLength"}}},
	}, compatibleArgs(map[string]any{"prompt_parameters": map[string]any{"n": []any{"a", "b"}}}))
	if err != nil {
		t.Fatal(err)
	}
	text := o.server.bodies[0]["messages"].([]any)[0].(map[string]any)["content"].([]any)[0].(map[string]any)["text"]
	if text != "2 things" {
		t.Errorf("asked %q", text)
	}
}

// A provider that fails is reported without its text, and each attempt is counted.
func TestCompatibleReportsAFailingProvider(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status, tries int
		body, message string
	}{
		"refused":          {status: 401, tries: 1, body: `{"error":{"message":"Incorrect API key provided: sk-canary"}}`, message: "the provider answered 401 Unauthorized: it does not accept the credential, or the credential may not use this model; check the credential"},
		"not JSON":         {status: 404, tries: 1, body: `<html>sk-canary</html>`, message: "the provider answered 404 Not Found: it does not know this model, or its address is wrong; check them"},
		"overloaded":       {status: 503, tries: 3, body: `{}`, message: "the provider answered 503 Service Unavailable: it is overloaded or out of order; try again later"},
		"not the protocol": {status: 200, tries: 1, body: `{"choices":[]}`, message: "the provider did not give a usable answer"},
		"malformed":        {status: 200, tries: 1, body: `{"choices":`, message: "the provider did not give a usable answer"},
		"redirects":        {status: 302, tries: 1, body: ``, message: "the provider did not give a usable answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.reply = func(_ int, w http.ResponseWriter) bool {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(tc.status)
				_, _ = w.Write([]byte(tc.body))
				return true
			}
			for _, reads := range []string{"error_status", "*"} {
				o := &out{server: s, reads: []string{"output", reads}}
				result, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(nil))
				if err != nil {
					t.Fatal(err)
				}
				want := engine.One(engine.Outputs{"output": "", "error_status": tc.message})
				if diff := cmp.Diff(want, result, cmp.AllowUnexported(engine.Result{})); diff != "" {
					t.Error(diff)
				}
				if len(o.uses) != tc.tries {
					t.Errorf("%d uses, want %d", len(o.uses), tc.tries)
				}
			}
			// If nothing reads error_status, an empty answer would be the only sign of the
			// failure.
			o := &out{server: s, reads: []string{"output"}}
			_, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(nil))
			public, ok := errors.AsType[*errs.Error](err)
			if !ok || public.Reason() != errorsv1.Reason_REASON_PROVIDER_FAILED || public.Message() != tc.message || strings.Contains(err.Error(), "canary") {
				t.Errorf("the step ends with %v", err)
			}
			if s.requests() != 3*tc.tries || len(o.uses) != tc.tries {
				t.Errorf("%d requests and %d uses, want %d of each run", s.requests(), len(o.uses), tc.tries)
			}
		})
	}
}

func TestAnotherTryIsAnotherAttempt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.reply = func(n int, w http.ResponseWriter) bool {
		if n < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
		return n < 3
	}
	o := &out{server: s}
	if _, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(nil)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int{1, 2, 3}, o.attempts); diff != "" {
		t.Error(diff)
	}
}

// A refusal by the vault is not the provider's failure.
func TestARefusedWayOutFailsTheStep(t *testing.T) {
	t.Parallel()
	for _, reason := range []errorsv1.Reason{
		errorsv1.Reason_REASON_HANDLE_INVALID, errorsv1.Reason_REASON_GRANT_INVALID,
		errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED, errorsv1.Reason_REASON_ANSWER_WITHHELD,
	} {
		o := &out{server: newServer(t), err: errs.PermissionDenied("refused").WithReason(reason)}
		_, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(nil))
		if errs.ReasonOf(err) != reason {
			t.Errorf("%v: got %v", reason, err)
		}
		if o.server.requests() != 0 || len(o.attempts) != 1 {
			t.Errorf("%v: %d requests in %d attempts", reason, o.server.requests(), len(o.attempts))
		}
	}
}

func TestBaseURLsThatCannotBe(t *testing.T) {
	t.Parallel()
	for _, base := range []any{nil, "", "llm.example.com/v1", "ftp://a/v1", "https://user:pw@a/v1", "https://a/v1?x=%", "https://a/v1#x", "file:///etc/passwd"} {
		o := &out{server: newServer(t)}
		_, err := run(t, o, compatible, map[string]any{"prompt": "hello"}, compatibleArgs(map[string]any{"base_url": base}))
		if err == nil || len(o.attempts) != 0 {
			t.Errorf("%v: error %v after %d attempts", base, err, len(o.attempts))
		}
	}
}

func TestExtraBody(t *testing.T) {
	t.Parallel()
	o := &out{server: newServer(t)}
	fields := map[string]any{"prompt": "hello", "extra_body": map[string]any{"guided_choice": []any{"A", "B"}}}
	if _, err := run(t, o, compatible, fields, compatibleArgs(nil)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"A", "B"}, o.server.bodies[0]["guided_choice"]); diff != "" {
		t.Error(diff)
	}
	fields["extra_body"] = map[string]any{"stream": true}
	if _, err := provider.Blocks()[compatible](engine.Step{Fields: fields}); err == nil {
		t.Error("a stream was accepted")
	}
}

// A provider that hangs fails its step; it does not use up the time of the run.
func TestAProviderThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		step := engine.Step{Name: "llm", Type: compatible, Fields: map[string]any{"prompt": "hello"}, Reads: []string{"error_status"}}
		block, err := provider.Blocks()[compatible](step)
		if err != nil {
			t.Fatal(err)
		}
		env := &engine.Env{Outbound: hanging{}, Now: time.Now}
		begin := time.Now()
		result, err := block.Run(t.Context(), blocktest.Call(env, &step, compatibleArgs(nil)))
		want := engine.One(engine.Outputs{"output": "", "error_status": "the provider did not answer in time"})
		if diff := cmp.Diff(want, result, cmp.AllowUnexported(engine.Result{})); err != nil || diff != "" {
			t.Error(err, diff)
		}
		if took := time.Since(begin); took > 2*time.Minute {
			t.Errorf("it took %s, longer than a step may take", took)
		}
	})
}

// hanging is a client that never returns an answer.
type hanging struct{}

func (h hanging) Client(context.Context, engine.Attempt, ...string) (*http.Client, error) {
	return &http.Client{Transport: h}, nil
}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}
