package e2e_test

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	"image/jpeg"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// vendor is one provider: the name of its credentials and the paths of its API.
type vendor struct{ provider, paths string }

const (
	openAIHost, xAIHost, groqHost       = "api.openai.com", "api.x.ai", "api.groq.com"
	anthropicHost, geminiHost           = "api.anthropic.com", "generativelanguage.googleapis.com"
	routerHost, visionHost, paintersFor = "openrouter.ai", "vision.googleapis.com", "api.stability.ai"
	ollamaHost                          = "ollama.example.com:11434"
)

var vendorsOf = map[string]vendor{
	openAIHost: {provider: "openai", paths: "/v1/chat/completions /v1/responses"}, xAIHost: {provider: "xai", paths: "/v1/responses"},
	groqHost: {provider: "groq", paths: "/openai/v1/chat/completions"}, ollamaHost: {provider: "ollama", paths: "/v1/chat/completions"},
	anthropicHost: {provider: "anthropic", paths: "/v1/messages"}, routerHost: {provider: "openrouter", paths: "/api/v1/chat/completions"},
	geminiHost:  {provider: "gemini", paths: "/v1beta/models/gemini-2.5-flash:generateContent"},
	visionHost:  {provider: "google_vision", paths: "/v1/images:annotate"},
	paintersFor: {provider: "stability_ai", paths: "/v2beta/stable-image/generate/core /v2beta/stable-image/edit/outpaint /v2beta/stable-image/edit/inpaint"},
}

// vendorStep is a step that asks a provider: its host, the output with the answer ("output" if it
// is empty), and its further fields. Fields that are nil are left out.
type vendorStep struct {
	host, output string
	fields       object
}

// vendorSteps are all blocks that call a provider.
func vendorSteps() map[string]vendorStep {
	gemini := object{"model_version": "gemini-2.5-flash"}
	qwen := object{"backend": "openrouter"}
	painted := object{"images": nil, "image": "$inputs.image"}
	compatible := object{"images": nil, "model_name": "llava", "prompt_parameters": object{"picture": "$inputs.image"}}
	at := func(url string) object { return merged(compatible, object{"base_url": url}) }
	oldest := object{"lmm_type": "gpt_4v", "api_key": nil, "remote_api_key": "$key"}
	of := map[string]vendorStep{
		"openai_compatible@v1 groq":   {groqHost, "", at("https://api.groq.com/openai/v1")},
		"openai_compatible@v1 ollama": {ollamaHost, "", at("http://ollama.example.com:11434/v1")},
		"open_ai@v1":                  {openAIHost, "raw_output", object{"api_key": nil, "openai_api_key": "$key"}},
		"lmm@v1":                      {openAIHost, "raw_output", oldest},
		"lmm_for_classification@v1":   {openAIHost, "raw_output", merged(oldest, object{"classes": []string{"cat", "dog"}, "prompt": nil})},
		"spacexai@v1":                 {host: xAIHost},
		"google_vision_ocr@v1":        {visionHost, "text", merged(painted, object{"prompt": nil, "ocr_type": "ocr_text_detection"})},
		"stability_ai_image_gen@v1":   {paintersFor, "image", object{"images": nil}},
		"stability_ai_outpainting@v1": {paintersFor, "image", merged(painted, object{"left": 10})},
		"openrouter@v1":               {routerHost, "", object{"model_id": "meta-llama/llama-4-scout"}},
		"qwen_vlm@v1":                 {routerHost, "", qwen},
		"qwen_vlm@v2":                 {routerHost, "", qwen},
	}
	for _, version := range []string{"v2", "v3", "v4", "v5"} {
		of["open_ai@"+version] = vendorStep{host: openAIHost}
	}
	for _, version := range []string{"v1", "v2", "v3"} {
		of["anthropic_claude@"+version] = vendorStep{host: anthropicHost}
	}
	for _, version := range []string{"v1", "v2", "v3", "v4"} {
		of["google_gemini@"+version] = vendorStep{geminiHost, "", gemini}
	}
	for _, block := range []string{
		"llama_3_2_vision@v1", "llama_vision@v2", "google_gemma@v1", "google_gemma@v2", "kimi_openrouter@v1", "kimi_openrouter@v2",
		"qwen3_5_openrouter@v1", "qwen3_6_openrouter@v1", "meta_vlm@v1",
	} {
		of[block] = vendorStep{host: routerHost}
	}
	return of
}

func merged(maps ...object) object {
	all := object{}
	for _, m := range maps {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

// credentialID is the credential of a host, and the name of the workflow that asks it alone.
func credentialID(host string) string { return strings.ReplaceAll(vendorsOf[host].provider, "_", "-") }

// asks is a workflow with some of the blocks, one step each.
func asks(blocks ...string) object {
	var steps, outputs []any
	for i, name := range blocks {
		a := vendorSteps()[name]
		block, _, _ := strings.Cut(name, " ")
		step := object{"type": "roboflow_core/" + block, "name": fmt.Sprintf("step_%d", i)}
		for field, v := range merged(object{"images": "$inputs.image", "prompt": "$inputs.question", "api_key": "$key"}, a.fields) {
			if v == "$key" {
				v = "$credentials." + credentialID(a.host)
			}
			if v != nil {
				step[field] = v
			}
		}
		steps = append(steps, step)
		outputs = append(outputs, object{"type": "JsonField", "name": fmt.Sprint(i), "selector": fmt.Sprintf("$steps.step_%d.%s", i, cmp.Or(a.output, "output"))})
	}
	return object{"version": "1.0", "steps": steps, "outputs": outputs, "inputs": []any{
		object{"type": "WorkflowImage", "name": "image"}, object{"type": "WorkflowParameter", "name": "question", "default_value": "what is it?"},
	}}
}

// anyPicture is a small picture as an input.
func anyPicture() object {
	var b bytes.Buffer
	_ = jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 32, 32)), nil) // to memory
	return picture(b.Bytes())
}

// TestProviders calls every provider at its own address, through the runner and the vault's
// egress, with hidden credentials and with a visitor's. When the installation ends, no key is in
// a result, an error, an event, a log, a trace or a store.
func TestProviders(t *testing.T) {
	t.Parallel()
	s := vendorsByName(t)
	in := install(t, oneProcess, options{wrap: s.wrap, settings: s.settings, traces: true})
	t.Cleanup(func() { // its mounts end with it
		if at := strings.Index(in.dir, "/root/"); at >= 0 {
			in.dir = in.dir[at+len("/root"):]
		}
	})
	w := &vendorAsker{tenant: in.tenant(t), s: s, keys: map[string]string{}}
	for host, v := range vendorsOf {
		w.keys[host] = in.secret()
		body := object{"provider": v.provider, "value": w.keys[host]}
		if host == ollamaHost {
			body["hosts"] = []string{"http://" + host}
		}
		w.post(t, w.path()+"/credentials?credentialId="+credentialID(host), body)
	}
	t.Run("answers", func(t *testing.T) { w.answers(t) })
	t.Run("failures", func(t *testing.T) { w.failures(t) })
}

type vendorAsker struct {
	*tenant
	s    *named
	keys map[string]string // of the workspace, by host
}

// answers asks all blocks in one run: with hidden credentials, and with a visitor's.
func (w *vendorAsker) answers(t *testing.T) {
	blocks := slices.Sorted(maps.Keys(vendorSteps()))
	flow := w.workflow(t, "everyone", asks(blocks...))
	_, open := w.share(t, flow, hidden())
	_, closed := w.share(t, flow, nil)
	inputs, theirs := w.brought(t, closed)
	for name, run := range map[string]struct {
		token  string
		inputs object
		keys   map[string]string
	}{"hidden": {open, object{}, w.keys}, "a visitor's": {closed, inputs, theirs}} {
		run.inputs["image"] = anyPicture()
		r := w.in.guest().call(t, http.MethodPost, "/v1/shared/"+run.token+":runStream", object{"inputs": run.inputs})
		if r.status != http.StatusOK || !bytes.Contains(r.body, []byte(`"finished"`)) {
			t.Fatalf("%s: %s", name, r)
		}
		if got := bytes.Count(r.body, []byte("a red motorcycle")); got < len(blocks)-2 {
			t.Errorf("%s: %d answers of %d steps: %s", name, got, len(blocks), r)
		}
		calls := 0
		for host, key := range run.keys {
			calls += w.checkCalls(t, host, key)
		}
		if calls != len(blocks) {
			t.Errorf("%s: %d calls of %d steps", name, calls, len(blocks))
		}
	}
}

// checkCalls checks the calls with a key: they came to the right provider, and had the key at
// its place and nowhere else. The server has checked the rest.
func (w *vendorAsker) checkCalls(t *testing.T, host, key string) int {
	t.Helper()
	n := 0
	for _, c := range w.s.Calls() {
		if c.Key != key {
			continue
		}
		n++
		v := vendorsOf[host]
		if c.Vendor != v.provider || c.Method != http.MethodPost || !strings.Contains(" "+v.paths+" ", " "+c.Path+" ") || c.Query != "" {
			t.Errorf("the key of %s was in %s %s?%s of %s", v.provider, c.Method, c.Path, c.Query, c.Vendor)
		}
		rest := c.Header.Clone()
		for _, place := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key"} {
			if rest.Get(place) == key || rest.Get(place) == "Bearer "+key {
				rest.Del(place)
			}
		}
		if all := fmt.Sprint(rest, string(c.Body)); strings.Contains(all, key) || strings.Contains(all, "is-added-by") || len(rest["Authorization"]) > 0 {
			t.Errorf("%s: the key or its placeholder is also in %.500s", v.provider, all)
		}
	}
	return n
}

// brought are a visitor's credentials for a link, and the same keys by host.
func (w *vendorAsker) brought(t *testing.T, token string) (inputs object, keys map[string]string) {
	t.Helper()
	inputs, keys = object{}, map[string]string{}
	for _, input := range w.in.guest().get(t, "/v1/shared/"+token).list("interface.inputs") {
		if at(input, "credential") != true {
			continue
		}
		name, _ := at(input, "name").(string)
		destination, _ := at(input, "destination").(string)
		for host := range vendorsOf {
			if strings.Contains(destination, host) {
				keys[host] = w.in.secret()
				inputs[name] = keys[host]
			}
		}
	}
	return inputs, keys
}
