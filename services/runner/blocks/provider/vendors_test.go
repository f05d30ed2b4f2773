package provider_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/vendors"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/provider"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// key is the credential. No result, error or log may hold it.
const key = "canary-4f1d9a7733c2"

// egress leads a block to the server of all providers. It puts the key where the block's
// manifest says, and removes the placeholder, as the vault's egress does.
type egress struct {
	server *vendors.Server
	place  manifest.Credential

	uses     []engine.Use
	now, top atomic.Int32 // requests at the same time
}

func (e *egress) Client(context.Context, engine.Attempt, ...string) (*http.Client, error) {
	return &http.Client{Transport: e}, nil
}

func (e *egress) RoundTrip(r *http.Request) (*http.Response, error) {
	if at := e.now.Add(1); at > e.top.Load() {
		e.top.Store(at)
	}
	defer e.now.Add(-1)
	target, err := url.Parse(e.server.URL)
	if err != nil {
		return nil, err
	}
	next := r.Clone(r.Context())
	next.Host, next.URL.Scheme, next.URL.Host = r.URL.Host, target.Scheme, target.Host
	next.Header.Del("Authorization")
	switch e.place.Scheme {
	case manifest.SchemeBearer:
		next.Header.Set("Authorization", "Bearer "+key)
	case manifest.SchemeHeader:
		next.Header.Set(e.place.Parameter, key)
	default:
		return nil, fmt.Errorf("no place for the key: %q", e.place.Scheme)
	}
	return http.DefaultTransport.RoundTrip(next)
}

// credentialOf is the place of the key of a block, from its manifest.
func credentialOf(t *testing.T, block string) (m *manifest.Manifest, c manifest.Credential) {
	t.Helper()
	m, ok := manifest.Core().Find(block)
	if !ok {
		t.Fatalf("%s has no manifest", block)
	}
	for _, f := range m.Fields {
		if f.Credential != nil && f.Name != "base_url" {
			return m, *f.Credential
		}
	}
	t.Fatalf("%s has no credential", block)
	return m, c
}

// tasksOf lists the tasks of a block.
func tasksOf(m *manifest.Manifest) []string {
	for _, f := range m.Fields {
		if f.Name != "task_type" {
			continue
		}
		var tasks []string
		for _, task := range f.Accepts[0].Enum {
			tasks = append(tasks, fmt.Sprint(task))
		}
		return tasks
	}
	return nil
}

// argsOf has the defaults of a block, and what a task may need.
func argsOf(m *manifest.Manifest, pictures *engine.Batch, more map[string]any) map[string]any {
	args := map[string]any{}
	for _, f := range m.Fields {
		args[f.Name] = f.Default.Value
	}
	maps.Copy(args, map[string]any{
		"images": pictures, "prompt": "what is it?", "classes": []any{"dog", "cat"}, "output_structure": map[string]any{"colour": "of it"},
		"api_key": engine.SlotMark,
	})
	maps.Copy(args, more)
	return args
}

// askVendor runs a step once, on a batch of pictures.
func askVendor(t *testing.T, e *egress, block string, pictures int, more map[string]any) (engine.Result, error) {
	t.Helper()
	m, place := credentialOf(t, block)
	e.place = place
	images := &engine.Batch{}
	for i := range pictures {
		images.Values, images.Indices = append(images.Values, picture(fmt.Sprint(i))), append(images.Indices, engine.Index{i})
	}
	args := argsOf(m, images, more)
	step := engine.Step{Name: "llm", Type: block, Fields: args}
	made, err := provider.Blocks()[block](step)
	if err != nil {
		t.Fatalf("make %s: %v", block, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var uses atomicUses
	env := &engine.Env{Outbound: e, Meter: uses.add, Codec: jpegCodec{}, Now: time.Now, NewID: func() string { return "new" }}
	result, err := made.Run(ctx, blocktest.Call(env, &step, args, images.Indices...))
	e.uses = uses.list()
	return result, err
}

// families are the blocks that give tasks to pictures, with what they need to run.
func families() map[string]map[string]any {
	all := map[string]map[string]any{}
	for block := range provider.Blocks() {
		switch {
		case strings.Contains(block, "openai_compatible"), strings.Contains(block, "open_ai@v1"), strings.Contains(block, "lmm"),
			strings.Contains(block, "vision_ocr"), strings.Contains(block, "stability"):
		case strings.Contains(block, "openrouter@v1") && !strings.Contains(block, "_openrouter"):
			all[block] = map[string]any{"model_id": "meta-llama/llama-4-scout"}
		case strings.Contains(block, "qwen_vlm"):
			all[block] = map[string]any{"backend": "openrouter"}
		default:
			all[block] = nil
		}
	}
	return all
}

// Every task of every block is a request that its provider accepts, and the key arrives where
// the provider expects it and nowhere else.
func TestEveryProviderAnswersEveryTask(t *testing.T) {
	t.Parallel()
	for block, more := range families() {
		t.Run(block, func(t *testing.T) {
			t.Parallel()
			e := &egress{server: vendors.Start(t)}
			m, place := credentialOf(t, block)
			for _, task := range tasksOf(m) {
				given := map[string]any{"task_type": task}
				maps.Copy(given, more)
				if _, err := askVendor(t, e, block, 1, given); err != nil {
					t.Fatalf("%s: %v, last request %s", task, err, lastBody(e))
				}
				if used := e.uses; len(used) != 1 || used[0].InputTokens != 7 || used[0].OutputTokens != 4 || used[0].Slot != "api_key" {
					t.Errorf("%s: metered %+v", task, used)
				}
			}
			calls := e.server.Calls()
			if len(calls) != len(tasksOf(m)) {
				t.Errorf("%d requests for %d tasks", len(calls), len(tasksOf(m)))
			}
			for _, c := range calls {
				if c.Key != key {
					t.Errorf("the key arrived as %q", c.Key)
				}
				name := place.Parameter
				if place.Scheme == manifest.SchemeBearer {
					name = "Authorization"
				}
				c.Header.Del(name)
				if rest := fmt.Sprint(c.Header, c.Path, c.Query, string(c.Body)); strings.Contains(rest, "canary") || strings.Contains(rest, "is-added-by") {
					t.Errorf("the key or its placeholder is also in %s", rest)
				}
			}
		})
	}
}

func lastBody(e *egress) string {
	calls := e.server.Calls()
	if len(calls) == 0 {
		return "none"
	}
	return string(calls[len(calls)-1].Body)
}

// causes are what a stranger's program reads of a failure.
var causes = map[vendors.Mood]string{
	vendors.BadKey: "credential_refused", vendors.Limited: "rate_limited", vendors.Spent: "credit_spent", vendors.TooLong: "context_too_long",
	vendors.UnknownModel: "model_unknown", vendors.Overloaded: "unavailable", vendors.Moderated: "content_blocked",
	vendors.Refusing: "content_blocked", vendors.Truncated: "answer_truncated", vendors.Garbage: "answer_unusable",
	vendors.Rejected: "request_rejected", vendors.Broken: "unavailable",
	vendors.CutOff: "answer_unusable", vendors.Calling: "tool_called", vendors.Empty: "answer_unusable",
}

// Every documented failure of every provider becomes one typed error, without the provider's
// words and without the key.
func TestEveryFailureIsNamed(t *testing.T) {
	t.Parallel()
	for host, tc := range map[string]struct {
		block string
		more  map[string]any
	}{
		"api.openai.com":                    {block: "roboflow_core/open_ai@v3"},
		"api.x.ai":                          {block: "roboflow_core/spacexai@v1"},
		"api.anthropic.com":                 {block: "roboflow_core/anthropic_claude@v3"},
		"generativelanguage.googleapis.com": {block: "roboflow_core/google_gemini@v4"},
		"openrouter.ai":                     {block: "roboflow_core/meta_vlm@v1"},
		"vision.googleapis.com":             {"roboflow_core/google_vision_ocr@v1", map[string]any{"image": picture("a"), "ocr_type": "text_detection"}},
		"api.stability.ai":                  {block: "roboflow_core/stability_ai_image_gen@v1"},
		"api.groq.com":                      {compatible, map[string]any{"base_url": "https://api.groq.com/openai/v1", "model_name": "llama", "prompt_parameters": map[string]any{}}},
		"ollama.example.com:11434":          {compatible, map[string]any{"base_url": "http://ollama.example.com:11434/v1", "model_name": "llava", "prompt_parameters": map[string]any{}}},
	} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			e := &egress{server: vendors.Start(t)}
			for _, mood := range vendors.Moods(host) {
				e.server.Feel(mood)
				before := len(e.server.Calls())
				result, err := askVendor(t, e, tc.block, 1, tc.more)
				if mood == vendors.Streaming { // nobody asked for a stream, but it is an answer
					if err != nil || outputsOf(result)["output"] != "a red motorcycle" || e.uses[0].InputTokens != 7 || e.uses[0].OutputTokens != 4 {
						t.Errorf("%s: %v, %v, metered %+v", mood, outputsOf(result), err, e.uses)
					}
					continue
				}
				public, ok := errors.AsType[*errs.Error](err)
				if !ok || public.Reason() != errorsv1.Reason_REASON_PROVIDER_FAILED || public.Metadata()["cause"] != causes[mood] {
					t.Errorf("%s: got %v, want %s", mood, err, causes[mood])
					continue
				}
				if text := fmt.Sprint(err, public.Message(), public.Metadata()); strings.Contains(text, "canary") || strings.Contains(text, "https://") {
					t.Errorf("%s: the error shows the key or an address: %s", mood, text)
				}
				tries := len(e.server.Calls()) - before
				again := (mood == vendors.Overloaded || mood == vendors.Broken) && public.Metadata()["status"] != ""
				if want := map[bool]int{true: 3, false: 1}[again]; tries != want {
					t.Errorf("%s: %d tries, want %d", mood, tries, want)
				}
			}
		})
	}
}

// What a run pays for at the same time is bounded by the step.
func TestRequestsAtTheSameTimeAreBounded(t *testing.T) {
	t.Parallel()
	e := &egress{server: vendors.Start(t)}
	result, err := askVendor(t, e, "roboflow_core/anthropic_claude@v1", 8, map[string]any{"max_concurrent_requests": int64(2)})
	if err != nil {
		t.Fatal(err)
	}
	if top := e.top.Load(); top > 2 || len(e.server.Calls()) != 8 {
		t.Errorf("%d requests, %d at the same time: %v", len(e.server.Calls()), top, result)
	}
}

// A model's name is often an input of the run. It must not lead the owner's key elsewhere.
func TestAModelsNameStaysAName(t *testing.T) {
	t.Parallel()
	e := &egress{server: vendors.Start(t)}
	for _, name := range []string{"", "../../upload/v1beta/files", "a/b", "a:streamGenerateContent?x=", "a%2fb", "ä", strings.Repeat("a", 200)} {
		_, err := askVendor(t, e, "roboflow_core/google_gemini@v3", 1, map[string]any{"model_version": name})
		if public, ok := errors.AsType[*errs.Error](err); !ok || public.Metadata()["cause"] != "model_unknown" || len(e.server.Calls()) != 0 {
			t.Errorf("%q: %v after %d requests", name, err, len(e.server.Calls()))
		}
	}
}

// What a family sets in its requests, in addition to the question.
func TestWhatAFamilySets(t *testing.T) {
	t.Parallel()
	claude, gemini, qwen := "roboflow_core/anthropic_claude@v3", "roboflow_core/google_gemini@v4", "roboflow_core/qwen_vlm@v2"
	for name, tc := range map[string]struct {
		block string
		more  map[string]any
		want  string // a part of the body
		not   string
	}{
		"a limit where Anthropic has none":  {block: claude, want: `"max_tokens":64000`},
		"the limit of an older model":       {block: claude, more: map[string]any{"model_version": "claude-opus-4"}, want: `"max_tokens":32000`},
		"a dated model":                     {block: claude, want: `"model":"claude-sonnet-4-5-20250929"`},
		"a model by its own name":           {block: claude, more: map[string]any{"model_version": "claude-next"}, want: `"model":"claude-next"`},
		"a temperature":                     {block: claude, more: map[string]any{"temperature": 0.5}, want: `"temperature":0.5`},
		"no temperature for newer models":   {block: claude, more: map[string]any{"model_version": "claude-opus-4-7", "temperature": 0.5}, want: `"max_tokens"`, not: "temperature"},
		"thinking with a budget":            {block: claude, more: map[string]any{"extended_thinking": true, "thinking_budget_tokens": int64(2048)}, want: `"budget_tokens":2048`},
		"thinking as the model likes":       {block: claude, more: map[string]any{"model_version": "claude-opus-4-7", "extended_thinking": true}, want: `"thinking":{"type":"adaptive"}`},
		"Gemini's boxes":                    {block: gemini, more: map[string]any{"task_type": "object-detection"}, want: `"responseSchema":{"items"`},
		"JSON from Gemini":                  {block: gemini, more: map[string]any{"task_type": "classification"}, want: `"responseMimeType":"application/json"`},
		"thinking of Gemini 3":              {block: gemini, more: map[string]any{"thinking_level": "low"}, want: `"thinkingConfig":{"thinkingLevel":"low"}`},
		"no thinking level for Gemini 2":    {block: gemini, more: map[string]any{"model_version": "gemini-2.5-pro", "thinking_level": "low"}, want: "maxOutputTokens", not: "thinkingLevel"},
		"code":                              {block: gemini, more: map[string]any{"google_code_execution": true}, want: `"tools":[{"code_execution":{}}]`},
		"no data for training":              {block: qwen, want: `"provider":{"data_collection":"deny"}`},
		"no data kept":                      {block: qwen, more: map[string]any{"privacy_level": "zdr"}, want: `"zdr":true`},
		"any server":                        {block: qwen, more: map[string]any{"privacy_level": "allow"}, want: "model", not: "data_collection"},
		"no reasoning":                      {block: qwen, want: `"reasoning":{"enabled":false}`},
		"reasoning where the model must":    {block: qwen, more: map[string]any{"openrouter_model_version": "Qwen 3.8 Max"}, want: `"reasoning":{"effort":"low"}`},
		"an older block has no such choice": {block: "roboflow_core/llama_3_2_vision@v1", want: `"model":"meta-llama/llama-3.2-11b-vision-instruct:free"`, not: `"provider"`},
		"a model of OpenRouter":             {block: "roboflow_core/openrouter@v1", more: map[string]any{"model_id": "a/b:free"}, want: `"model":"a/b:free"`},
		"a fine picture for Grok's boxes":   {block: "roboflow_core/spacexai@v1", more: map[string]any{"task_type": "object-detection"}, want: `"detail":"high"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &egress{server: vendors.Start(t)}
			more := map[string]any{"max_tokens": int64(450), "backend": "openrouter"}
			if tc.block == claude {
				delete(more, "max_tokens")
			}
			maps.Copy(more, tc.more)
			if _, err := askVendor(t, e, tc.block, 1, more); err != nil {
				t.Fatalf("%v: %s", err, lastBody(e))
			}
			body := lastBody(e)
			if !strings.Contains(body, tc.want) || tc.not != "" && strings.Contains(body, tc.not) {
				t.Errorf("want %s and not %q in %s", tc.want, tc.not, withoutPictures(body))
			}
		})
	}
}

func withoutPictures(body string) string {
	var b bytes.Buffer
	_ = json.Compact(&b, []byte(body))
	if b.Len() > 1500 {
		b.Truncate(1500)
	}
	return b.String()
}

// What Google reads becomes text and boxes; a place that it leaves out is 0.
func TestVisionReadsText(t *testing.T) {
	t.Parallel()
	e := &egress{server: vendors.Start(t)}
	result, err := askVendor(t, e, "roboflow_core/google_vision_ocr@v1", 1, map[string]any{
		"image": picture("a"), "ocr_type": "ocr_text_detection", "language_hints": []any{"en"},
	})
	if err != nil {
		t.Fatalf("%v: %s", err, lastBody(e))
	}
	out := outputsOf(result)
	d := out["predictions"].(*value.Detections)
	if out["text"] != "a red motorcycle" || out["language"] != "en" || d.Len() != 1 || d.XYXY[0] != (value.Box{0, 3, 8, 5}) || d.Class(0) != "OK OK" || d.Confidence[0] != 0.5 {
		t.Errorf("got %v, %+v", out, d)
	}
	if c := e.server.Calls()[0]; c.Key != key || c.Query != "" || !strings.Contains(string(c.Body), `"languageHints":["en"]`) {
		t.Errorf("asked %s?%s with the key %q", c.Path, c.Query, c.Key)
	}
}

// Every way to make a picture is a request that Stability accepts.
func TestStabilityPaints(t *testing.T) {
	t.Parallel()
	mask := value.NewMask(2, 1, image.Rect(0, 0, 1, 1))
	mask.Set(0, 0)
	found := &value.Detections{XYXY: []value.Box{{0, 0, 1, 1}}, Confidence: []float64{1}, ClassID: []int64{0}, Masks: []*value.Mask{mask}}
	none := &value.Detections{}
	for name, tc := range map[string]struct {
		block string
		more  map[string]any
		path  string // "" for no request
	}{
		"from a text":      {"image_gen", nil, "generate/core"},
		"from a picture":   {"image_gen", map[string]any{"model": "sd3", "image": picture("a"), "negative_prompt": "rain"}, "generate/sd3"},
		"over a mask":      {"inpainting", map[string]any{"image": picture("a"), "segmentation_mask": found, "preset": "anime", "seed": int64(7)}, "edit/inpaint"},
		"around a mask":    {"inpainting", map[string]any{"image": picture("a"), "segmentation_mask": none, "invert_segmentation_mask": true}, "edit/inpaint"},
		"over nothing":     {"inpainting", map[string]any{"image": picture("a"), "segmentation_mask": none}, ""},
		"beyond the edges": {"outpainting", map[string]any{"image": picture("a"), "left": int64(5000), "down": int64(10)}, "edit/outpaint"},
		"beyond no edge":   {"outpainting", map[string]any{"image": picture("a")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := &egress{server: vendors.Start(t)}
			result, err := askVendor(t, e, "roboflow_core/stability_ai_"+tc.block+"@v1", 1, tc.more)
			if err != nil {
				t.Fatalf("%v: %.500s", err, lastBody(e))
			}
			made, ok := outputsOf(result)["image"].(*value.Image)
			if !ok || made.Width() != 2 || tc.more["image"] != nil && made.ID() != "a" {
				t.Errorf("made %v", made)
			}
			calls := e.server.Calls()
			if tc.path == "" && len(calls) == 0 {
				return
			}
			if len(calls) != 1 || calls[0].Path != "/v2beta/stable-image/"+tc.path || calls[0].Key != key {
				t.Errorf("asked %d times: %+v", len(calls), calls)
			}
			if tc.path == "edit/outpaint" && !strings.Contains(string(calls[0].Body), "\r\n2000\r\n") {
				t.Error("more is added than Stability allows")
			}
		})
	}
}

// The oldest blocks read the same answers.
func TestTheOldestBlocks(t *testing.T) {
	t.Parallel()
	e := &egress{server: vendors.Start(t)}
	e.server.Say("```json\n{\"top\": \"cat\", \"colour\": \"red\"}\n```")
	config := map[string]any{"max_tokens": int64(200), "gpt_model_version": "gpt-4o-mini", "gpt_image_detail": "low"}
	result, err := askVendor(t, e, "roboflow_core/lmm_for_classification@v1", 1, map[string]any{"remote_api_key": engine.SlotMark, "lmm_config": config})
	if err != nil {
		t.Fatal(err)
	}
	if out := outputsOf(result); out["top"] != "cat" || out["prediction_type"] != "classification" || len(out) != 6 {
		t.Errorf("got %v", out)
	}
	if body := lastBody(e); !strings.Contains(body, `"model":"gpt-4o-mini"`) || !strings.Contains(body, `"max_tokens":200`) {
		t.Errorf("asked %s", withoutPictures(body))
	}
	result, err = askVendor(t, e, "roboflow_core/lmm@v1", 1, map[string]any{"remote_api_key": engine.SlotMark, "json_output": map[string]any{"colour": "of it"}})
	if err != nil || outputsOf(result)["colour"] != "red" {
		t.Errorf("got %v, %v", result, err)
	}
	if _, err = askVendor(t, e, "roboflow_core/lmm@v1", 1, nil); err == nil || !strings.Contains(err.Error(), "remote_api_key is missing") {
		t.Errorf("without a key: %v", err)
	}
}

// outputsOf are the outputs for the first element.
func outputsOf(result engine.Result) (found engine.Outputs) {
	one := engine.One(engine.Outputs{})
	for _, like := range []engine.Result{one, engine.Many([]engine.Result{one})} {
		cmp.Equal(like, result, cmp.AllowUnexported(engine.Result{}), cmp.Comparer(func(a, b engine.Outputs) bool {
			for _, outputs := range []engine.Outputs{a, b} {
				if len(outputs) > 0 {
					found = outputs
				}
			}
			return true
		}))
	}
	return found
}
