package plan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

func loadStep(steps ...string) string {
	_, _, problems := plan.Load([]byte(`{"version":"1.0","inputs":[{"type":"WorkflowImage","name":"image"},{"type":"WorkflowParameter","name":"a"},{"type":"WorkflowParameter","name":"palette"}],
		"steps":[{"type":"ObjectDetectionModel","name":"detect","image":"$inputs.image","model_id":"m/1"},`+strings.Join(steps, ",")+`],"outputs":[]}`), manifest.Core())
	var said []string
	for _, p := range problems {
		said = append(said, p.Field+": "+p.Message)
	}
	return strings.Join(said, "\n")
}

func hookWith(fields string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/webhook_sink@v1","name":"hook","url":"https://h.example/x","method":"POST",%s}`, fields)
}

func labelWith(fields string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/label_visualization@v1","name":"label","image":"$inputs.image","predictions":"$steps.detect.predictions",%s}`, fields)
}

func ocrWith(fields string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/pp_ocr@v1","name":"ocr","images":"$inputs.image",%s}`, fields)
}

func askWith(fields string) string {
	return fmt.Sprintf(`{"type":"roboflow_core/openai_compatible@v1","name":"llm","base_url":"https://x.example","model_name":"m","prompt":"p",%s}`, fields)
}

const upper = `[{"type":"StringToUpperCase"}]`

func TestWhatCanNeverRunIsRefused(t *testing.T) {
	t.Parallel()
	for step, where := range map[string]string{
		hookWith(`"headers":{"X Key":"a"}`):                                                         "headers: ",
		hookWith(`"headers":{"":"a"}`):                                                              "headers: ",
		hookWith(`"headers":{"X-Ключ":"$inputs.a"}`):                                                "headers: ",
		hookWith(`"headers":{"X:Y":"a"}`):                                                           "headers: ",
		hookWith(`"headers":{"X-A":"a\nb"}`):                                                        "headers.X-A: ",
		hookWith(`"headers":{"X-A":"a\u0000"}`):                                                     "headers.X-A: ",
		hookWith(`"headers":{"X-A":"a","x-a":"b"}`):                                                 "headers.",
		hookWith(`"headers":{"Cookie":"a=1; sid=$inputs.a"}`):                                       "headers.Cookie: ",
		hookWith(`"headers":{"X-A":"v1=$inputs.a"}`):                                                "headers.X-A: ",
		hookWith(`"headers":{"X-A":"$inputs.a;v=1"}`):                                               "headers.X-A: ",
		hookWith(`"headers":{"X-A":"$inputs.a $inputs.a"}`):                                         "headers.X-A: ",
		hookWith(`"headers":{"X-A":"n $steps.detect.predictions"}`):                                 "headers.X-A: ",
		hookWith(`"headers":{"X-A":"a b $credentials.k"}`):                                          "headers.X-A: ",
		hookWith(`"headers":{"X-A":"$credentials.k."}`):                                             "headers.X-A: ",
		hookWith(`"query_parameters":{"q":"a $inputs.a"}`):                                          "query_parameters.q: ",
		hookWith(`"query_parameters":{"key":"k-$credentials.k"}`):                                   "query_parameters.key: ",
		hookWith(`"json_payload":{"auth":{"token":"$credentials.k"}}`):                              "json_payload.auth: ",
		hookWith(`"json_payload":{"auth":["$credentials"]}`):                                        "json_payload.auth: ",
		hookWith(`"json_payload":{"a":"Bearer $credentials.k"}`):                                    "json_payload.a: ",
		hookWith(`"json_payload":{"b":"$inputs.a","a":{"t":[{"x":"$credentials.k"}]}}`):             "json_payload.a: ",
		hookWith(`"form_data":{"a":{"b":"$credentials.k"}}`):                                        "form_data.a: ",
		hookWith(`"query_parameters":{"a":["$credentials.k","b"]}`):                                 "query_parameters.a: ",
		hookWith(`"query_parameters":{"a":["x $inputs.a","b"]}`):                                    "query_parameters.a: ",
		askWith(`"api_key":"sk-$inputs.a"`):                                                         "api_key: ",
		strings.Replace(hookWith(`"headers":{}`), "/x", "/x?k=$inputs.a", 1):                        "url: ",
		hookWith(`"json_payload":{"photo":"$inputs.image"}`):                                        "json_payload.photo: ",
		hookWith(`"json_payload":{"found":"$steps.detect.predictions"}`):                            "json_payload.found: ",
		hookWith(`"multi_part_encoded_files":{"photo":"$inputs.image"}`):                            "multi_part_encoded_files.photo: ",
		hookWith(`"json_payload":{"photo":"$inputs.image"},"json_payload_operations":{"photo":[]}`): "json_payload.photo: ",
		hookWith(`"json_payload":{"n":5},"json_payload_operations":{"n":` + upper + `}`):            "json_payload.n: ",
		hookWith(`"form_data":{"n":[1]},"form_data_operations":{"n":` + upper + `}`):                "form_data.n: ",
		strings.Replace(hookWith(`"headers":{}`), `"POST"`, `"PATCH"`, 1):                           "method: ",
		labelWith(`"text_color":"#12"`):                                                             "text_color: ",
		labelWith(`"text_color":"mauve-ish"`):                                                       "text_color: ",
		labelWith(`"color_palette":"CUSTOM"`):                                                       "custom_colors: ",
		labelWith(`"color_palette":"CUSTOM","custom_colors":["RED","none"]`):                        "custom_colors[1]: ",
		ocrWith(`"text_detection":"none","text_recognition":"none"`):                                "text_recognition: ",
		askWith(`"extra_body":{"stream":true}`):                                                     "extra_body.stream: ",
		`{"type":"roboflow_core/dynamic_crop@v1","name":"crop","images":"$inputs.image","predictions":"$steps.detect.predictions","background_color":[0,0,300]}`: "background_color: ",
	} {
		if got := loadStep(step); !strings.HasPrefix(got, where) || strings.Contains(got, "\n") {
			t.Errorf("%s:\n got %q, want one at %q", step, got, where)
		}
	}
}

func TestWhatMayRunIsAccepted(t *testing.T) {
	t.Parallel()
	for _, step := range []string{
		hookWith(`"headers":{"X-A":"a","Accept":"*/*","X-N":5,"X-B":"$inputs.a","X_under":"é"}`),
		hookWith(`"json_payload":{"photo":"$inputs.image"},"json_payload_operations":{"photo":[{"type":"ConvertImageToBase64"}]}`),
		hookWith(`"json_payload":{"a":"$inputs.a","n":5,"o":{"x":[1]}},"json_payload_operations":{"a":` + upper + `}`),
		hookWith(`"json_payload":{"t":"text"},"json_payload_operations":{"t":` + upper + `,"absent":` + upper + `}`),
		hookWith(`"multi_part_encoded_files":{"photo":"$inputs.image"},"multi_part_encoded_files_operations":{"photo":[{"type":"ConvertImageToJPEG"}]}`),
		labelWith(`"text_color":"#fff"`), labelWith(`"text_color":"rgb(1, 2, 3)"`), labelWith(`"text_color":"$inputs.a"`), labelWith(`"custom_colors":["unused"]`),
		labelWith(`"color_palette":"CUSTOM","custom_colors":["RED","#010203"]`), labelWith(`"color_palette":"CUSTOM","custom_colors":"$inputs.palette"`), labelWith(`"color_palette":"$inputs.palette"`),
		ocrWith(`"text_detection":"none"`), ocrWith(`"text_recognition":"none"`), ocrWith(`"text_detection":"none","text_recognition":"none","model_id":"m/1"`),
		askWith(`"extra_body":{"top_p":0.5}`),
	} {
		if got := loadStep(step); got != "" {
			t.Errorf("%s: %s", step, got)
		}
	}
}

// A check that a manifest names and nobody implements would accept everything.
func TestEachCheckOfAManifestIsKnown(t *testing.T) {
	t.Parallel()
	for _, m := range manifest.Core().All() {
		for _, f := range m.Fields {
			if f.Check != "" && !slices.Contains(manifest.Checks, f.Check) {
				t.Errorf("%s.%s has the check %q", m.Type, f.Name, f.Check)
			}
		}
	}
}
