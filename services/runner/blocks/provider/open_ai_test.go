package provider_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

func openAIArgs(pictures *engine.Batch, more map[string]any) map[string]any {
	args := map[string]any{
		"images": pictures, "task_type": "unconstrained", "prompt": "what is it?", "api_key": engine.SlotMark,
		"model_version": "gpt-5.1", "image_detail": "low", "max_tokens": int64(450),
	}
	for k, v := range more {
		args[k] = v
	}
	return args
}

var allTasks = []string{
	"unconstrained", "ocr", "structured-answering", "classification", "multi-label-classification",
	"visual-question-answering", "caption", "detailed-caption",
}

func TestEveryTaskOfEveryVersion(t *testing.T) {
	t.Parallel()
	for version := 2; version <= 5; version++ {
		tasks := allTasks
		if version >= 4 {
			tasks = append([]string{"object-detection"}, allTasks...)
		}
		for _, task := range tasks {
			t.Run(fmt.Sprintf("v%d/%s", version, task), func(t *testing.T) {
				t.Parallel()
				o := &out{server: newServer(t)}
				pictures, indices := batch(picture("a"), picture("b"))
				classes := []any{"dog", "cat"}
				result, err := run(t, o, fmt.Sprintf("roboflow_core/open_ai@v%d", version), nil, openAIArgs(pictures, map[string]any{
					"task_type": task, "classes": classes, "output_structure": map[string]any{"colour": "of the <dog>"},
				}), indices...)
				if err != nil {
					t.Fatal(err)
				}
				one := engine.One(engine.Outputs{"output": "a red motorcycle", "classes": classes})
				want := engine.Many([]engine.Result{one, one})
				if diff := cmp.Diff(want, result, cmp.AllowUnexported(engine.Result{})); diff != "" {
					t.Error(diff)
				}
				if n := o.server.requests(); n != 2 || len(o.uses) != 2 || o.uses[0].Number == o.uses[1].Number {
					t.Errorf("%d requests, uses %v", n, o.uses)
				}
				asked := fmt.Sprint(o.server.bodies[0])
				for needle, tasks := range map[string]string{
					"dog, cat": "classification multi-label-classification object-detection", "what is it?": "unconstrained visual-question-answering",
					"of the <dog>": "structured-answering", "data:image/jpeg;base64,": task,
				} {
					if strings.Contains(" "+tasks+" ", " "+task+" ") && !strings.Contains(asked, needle) {
						t.Errorf("%q is not in %s", needle, asked)
					}
				}
			})
		}
	}
}

func TestTheProtocolOfEachVersion(t *testing.T) {
	t.Parallel()
	for version, want := range map[int][2]string{
		2: {"/v1/chat/completions", "max_tokens"}, 3: {"/v1/chat/completions", "max_completion_tokens"},
		4: {"/v1/responses", "max_output_tokens"}, 5: {"/v1/responses", "max_output_tokens"},
	} {
		o := &out{server: newServer(t)}
		pictures, indices := batch(picture("a"))
		_, err := run(t, o, fmt.Sprintf("roboflow_core/open_ai@v%d", version), nil,
			openAIArgs(pictures, map[string]any{"reasoning_effort": "low", "temperature": 1.0}), indices...)
		if err != nil {
			t.Fatal(err)
		}
		body := o.server.bodies[0]
		if o.server.paths[0] != want[0] || body[want[1]] != 450.0 || body["temperature"] != 1.0 {
			t.Errorf("v%d: %s %v", version, o.server.paths[0], body)
		}
		if !strings.HasPrefix(o.urls[0], "https://api.openai.com/v1/") {
			t.Errorf("v%d went to %s", version, o.urls[0])
		}
		if _, has := body["reasoning"]; has != (version >= 4) {
			t.Errorf("v%d: reasoning %v", version, body["reasoning"])
		}
	}
}

// A provider's failure fails the step. A stranger does not see the provider's text.
func TestOpenAIFailsWithoutTheProvidersWords(t *testing.T) {
	t.Parallel()
	for version := 1; version <= 5; version++ {
		s := newServer(t)
		s.reply = func(_ int, w http.ResponseWriter) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"message":"Incorrect API key provided: sk-canary","type":"x","param":"","code":"y"}}`))
			return true
		}
		o := &out{server: s}
		pictures, indices := batch(picture("a"))
		_, err := run(t, o, fmt.Sprintf("roboflow_core/open_ai@v%d", version), nil, openAIArgs(pictures, nil), indices...)
		fault, ok := errors.AsType[*engine.Fault](err)
		if !ok || fault.Class != engine.ClientCaused || errs.ReasonOf(err) != errorsv1.Reason_REASON_PROVIDER_FAILED {
			t.Fatalf("v%d: %v", version, err)
		}
		public, _ := errors.AsType[*errs.Error](err)
		if public.Metadata()["status"] != "401" || strings.Contains(fault.Message+public.Message()+err.Error(), "canary") {
			t.Errorf("v%d: %v %v", version, err, public.Metadata())
		}
		failure, ok := errors.AsType[*provider.Failure](err)
		if !ok || failure.Status != 401 || !strings.Contains(failure.Excerpt, "Incorrect API key") {
			t.Errorf("v%d: the owner gets %+v", version, failure)
		}
	}
}

func TestAnIncompleteAnswerSaysWhatToDo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.reply = func(_ int, w http.ResponseWriter) bool {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"r","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[],"usage":{"input_tokens":5,"output_tokens":16}}`))
		return true
	}
	o := &out{server: s}
	pictures, indices := batch(picture("a"))
	_, err := run(t, o, "roboflow_core/open_ai@v5", nil, openAIArgs(pictures, nil), indices...)
	if err == nil || !strings.Contains(err.Error(), "max_tokens") {
		t.Errorf("got %v", err)
	}
	if len(o.uses) != 1 || o.uses[0].OutputTokens != 16 {
		t.Errorf("the use is not metered: %v", o.uses)
	}
}

func TestVersionOneReadsKeys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want any
	}{
		"plain":   {`{"colour": "red", "more": 1}`, "red"},
		"fenced":  {"Sure:\n```json\n{\"colour\": [1, 2]}\n```", []any{int64(1), int64(2)}},
		"missing": {`{"color": "red"}`, "not_detected"},
		"no JSON": {"it is red", "not_detected"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			s.text = tc.text
			o := &out{server: s}
			pictures, indices := batch(picture("a"))
			result, err := run(t, o, "roboflow_core/open_ai@v1",
				map[string]any{"json_output_format": map[string]any{"colour": "of it"}},
				map[string]any{"images": pictures, "prompt": "look", "openai_api_key": engine.SlotMark, "openai_model": "gpt-4o"}, indices...)
			if err != nil {
				t.Fatal(err)
			}
			want := engine.Many([]engine.Result{engine.One(engine.Outputs{
				"raw_output": tc.text, "structured_output": map[string]any{"colour": tc.want}, "colour": tc.want,
				"image": map[string]any{"width": int64(2), "height": int64(1)}, "parent_id": "a", "root_parent_id": "a",
			})})
			if diff := cmp.Diff(want, result, cmp.AllowUnexported(engine.Result{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}
