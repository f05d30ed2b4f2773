package builder_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/keyhole-dev/keyhole/services/runner/builder"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// The schema of a block with Python code takes what the language has, and nothing else in
// its place.
func TestDynamicBlockSchema(t *testing.T) {
	t.Parallel()
	raw, err := builder.New(manifest.Core()).Blocks()
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Schema json.RawMessage `json:"dynamic_block_definition_schema"`
	}
	if err := json.Unmarshal(raw, &described); err != nil {
		t.Fatal(err)
	}
	parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(string(described.Schema)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("block.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("block.json")
	if err != nil {
		t.Fatal(err)
	}
	const filter = `{"type":"DynamicBlockDefinition","manifest":{"type":"ManifestDescription","block_type":"Filter","inputs":
		{"predictions":{"type":"DynamicInputDefinition","selector_types":["step_output"],"selector_data_kind":{"step_output":["object_detection_prediction"]}}},
		"outputs":{"filtered":{"type":"DynamicOutputDefinition","kind":[]}}},"code":{"type":"PythonCode","run_function_code":"def run(self): pass"}}`
	for name, c := range map[string]struct {
		old, next string
		valid     bool
	}{
		"as published":      {"", "", true},
		"another type":      {`"DynamicBlockDefinition"`, `"Block"`, false},
		"no code":           {`"run_function_code"`, `"code"`, false},
		"an unknown source": {`"step_output"]`, `"anywhere"]`, false},
		"no name":           {`"block_type":"Filter",`, ``, false},
		"two levels":        {`"block_type"`, `"output_dimensionality_offset":2,"block_type"`, false},
		"one level":         {`"block_type"`, `"output_dimensionality_offset":1,"block_type"`, true},
		"more keys":         {`"block_type"`, `"uistate":{},"block_type"`, true},
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.Replace(filter, c.old, c.next, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != c.valid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
