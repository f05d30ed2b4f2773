package builder_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/builder"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/query"
)

// The builder gets every block, and every kind that a block names.
func TestBlocks(t *testing.T) {
	t.Parallel()
	raw, err := builder.New(manifest.Core()).Blocks()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Blocks []struct {
			Type    string          `json:"manifest_type_identifier"`
			Schema  json.RawMessage `json:"block_schema"`
			Outputs []struct {
				Name string `json:"name"`
				Kind []struct {
					Name string `json:"name"`
				} `json:"kind"`
			} `json:"outputs_manifest"`
		} `json:"blocks"`
		Kinds []struct {
			Name string `json:"name"`
		} `json:"declared_kinds"`
		Connections map[string][]json.RawMessage `json:"kinds_connections"`
		Primitives  []json.RawMessage            `json:"primitives_connections"`
		Query       struct {
			Operations []struct {
				Type string `json:"operation_type"`
			} `json:"operations_description"`
			Operators []struct {
				Type   string `json:"operator_type"`
				Number int    `json:"operands_number"`
			} `json:"operators_descriptions"`
		} `json:"universal_query_language_description"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]bool{}
	for _, k := range got.Kinds {
		kinds[k.Name] = true
	}
	for _, b := range got.Blocks {
		for _, o := range b.Outputs {
			for _, k := range o.Kind {
				if !kinds[k.Name] {
					t.Errorf("%s: the kind %q of %s is not declared", b.Type, k.Name, o.Name)
				}
			}
		}
	}
	if len(got.Blocks) != len(manifest.Core().All()) || len(got.Connections["image"]) < 20 || len(got.Primitives) < 200 {
		t.Errorf("%d blocks, %d fields for pictures, %d for constants", len(got.Blocks), len(got.Connections["image"]), len(got.Primitives))
	}
	for _, o := range got.Query.Operations {
		_, problems := query.ParseOperations([]any{map[string]any{"type": o.Type}})
		for _, p := range problems { // required fields are missing, but the operation exists
			if p.Message != "" && len(problems) == 1 && p.Path == "/0/type" {
				t.Errorf("the language has no operation %s: %v", o.Type, p)
			}
		}
	}
	if len(got.Query.Operators) != 22 {
		t.Errorf("%d operators", len(got.Query.Operators))
	}
}

func definition(inputs, steps, outputs string) []byte {
	return fmt.Appendf(nil, `{"version": "1.0", "inputs": [%s], "steps": [%s], "outputs": [%s]}`, inputs, steps, outputs)
}

const (
	image    = `{"type": "WorkflowImage", "name": "image"}`
	number   = `{"type": "WorkflowParameter", "name": "n"}`
	detector = `{"type": "roboflow_core/roboflow_object_detection_model@v2", "name": "d", "images": "$inputs.image", "model_id": "m/1", "confidence": "$inputs.n"}`
	labels   = `{"type": "roboflow_core/roboflow_object_detection_model@v2", "name": "e", "images": "$inputs.image", "model_id": "$inputs.n"}`
	found    = `{"type": "JsonField", "name": "all", "selector": "$steps.d.*"}, {"type": "JsonField", "name": "p", "selector": "$steps.d.predictions"}`
)

func TestInterface(t *testing.T) {
	t.Parallel()
	b := builder.New(manifest.Core())
	raw, problems, err := b.Interface(definition(image+","+number, detector, found))
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	var got struct {
		Inputs  map[string][]string `json:"inputs"`
		Outputs map[string]any      `json:"outputs"`
		Hints   map[string]string   `json:"typing_hints"`
		Schemas map[string]any      `json:"kinds_schemas"`
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]string{"image": {"image"}, "n": {"float_zero_to_one"}}, got.Inputs); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	all, _ := got.Outputs["all"].(map[string]any)
	if all["predictions"] == nil || got.Hints["float_zero_to_one"] != "float" || got.Schemas["image"] == nil {
		t.Errorf("got %s", raw)
	}
	// One input cannot be a number and the name of a model.
	_, problems, err = b.Interface(definition(image+","+number, detector+","+labels, found))
	if err != nil || len(problems) != 1 || problems[0].Kind.Class() != "WorkflowDefinitionError" {
		t.Errorf("an input of two kinds: %v, %v", problems, err)
	}
	if _, problems, _ = b.Validate(definition(image, detector, found)); len(problems) == 0 {
		t.Error("a definition with an unknown input is valid")
	}
	if answer, problems, err := b.Validate(definition(image+","+number, detector, found)); err != nil || len(problems) > 0 || string(answer) != `{"status":"ok"}` {
		t.Errorf("a valid definition: %s, %v, %v", answer, problems, err)
	}
}

func TestStepOutputs(t *testing.T) {
	t.Parallel()
	b := builder.New(manifest.Core())
	for step, want := range map[string][]string{
		`{"type": "roboflow_core/json_parser@v1", "name": "j", "raw_json": "$inputs.x", "expected_fields": ["b", "a"]}`: {"error_status", "b", "a"},
		`{"type": "roboflow_core/expression@v1", "name": "j"}`:                                                          {"output"},
		`{"type": "nothing@v1"}`: nil,
		`7`:                      nil,
	} {
		raw, problems, err := b.StepOutputs([]byte(step))
		var got []struct {
			Name string `json:"name"`
		}
		if err != nil || (want == nil) != (len(problems) > 0) || want != nil && json.Unmarshal(raw, &got) != nil {
			t.Errorf("%s: %s, %v, %v", step, raw, problems, err)
			continue
		}
		var names []string
		for _, o := range got {
			names = append(names, o.Name)
		}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
}
