package schema_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest/schema"
	"github.com/keyhole-dev/keyhole/services/workflow/plan"
)

func compiled(t *testing.T, m *manifest.Manifest) *jsonschema.Schema {
	t.Helper()
	raw, err := json.Marshal(schema.Of(m))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("step.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("step.json")
	if err != nil {
		t.Fatalf("%s: %v", m.Type, err)
	}
	return s
}

// decoded returns the example as JSON decodes it.
func decoded(t *testing.T, m *manifest.Manifest) (any, string) {
	t.Helper()
	raw, err := json.Marshal(schema.Example(m))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return value, string(raw)
}

// depthOf returns how much deeper than others the field is nested that takes the reference.
func depthOf(m *manifest.Manifest, step any, reference string) int {
	for field, offset := range m.InputOffsets {
		if step.(map[string]any)[field] == reference {
			return offset
		}
	}
	return 0
}

var inputOf = regexp.MustCompile(`\$inputs\.([a-z_0-9]+)`)

// TestExamplesAreValid compiles each example in a workflow with the inputs that it names,
// and validates it against the block's schema.
func TestExamplesAreValid(t *testing.T) {
	t.Parallel()
	for _, m := range manifest.Core().All() {
		value, raw := decoded(t, m)
		if err := compiled(t, m).Validate(value); err != nil {
			t.Errorf("%s: the schema refuses the example %s: %v", m.Type, raw, err)
		}
		var inputs []string
		seen := map[string]bool{}
		for _, name := range inputOf.FindAllStringSubmatch(raw, -1) {
			kind := name[1]
			if seen[kind] {
				continue
			}
			seen[kind] = true
			if kind == "value" {
				kind = "*"
			}
			inputs = append(inputs, fmt.Sprintf(`{"type":"WorkflowBatchInput","name":%q,"kind":[%q],"dimensionality":%d}`, name[1], kind, 1+depthOf(m, value, name[0])))
		}
		next := `{"type":"roboflow_core/string_template@v1","name":"next","template":"x"}`
		document := fmt.Sprintf(`{"version":"1.0","inputs":[%s],"steps":[%s,%s],"outputs":[]}`, strings.Join(inputs, ","), raw, next)
		if _, _, problems := plan.Load([]byte(document), manifest.Core()); len(problems) > 0 {
			t.Errorf("%s: the example %s: %v", m.Type, raw, problems)
		}
	}
}

// TestSchemaRefusesWhatTheCompilerRefuses checks a few of the rules.
func TestSchemaRefusesWhatTheCompilerRefuses(t *testing.T) {
	t.Parallel()
	m, _ := manifest.Core().Find("Crop")
	s := compiled(t, m)
	for step, valid := range map[string]bool{
		`{"type":"Crop","name":"c","image":"$inputs.image","predictions":"$steps.d.predictions"}`:                                      true,
		`{"type":"Crop","name":"c","predictions":"$steps.d.predictions"}`:                                                              false,
		`{"type":"Other","name":"c","image":"$inputs.image","predictions":"$steps.d.predictions"}`:                                     false,
		`{"type":"Crop","name":"c","image":"a picture","predictions":"$steps.d.predictions"}`:                                          false,
		`{"type":"Crop","name":"c","image":"$inputs.image","predictions":"$steps.d.predictions","mask_opacity":2}`:                     false,
		`{"type":"Crop","name":"c","image":"$inputs.image","predictions":"$steps.d.predictions","background_color":[1,2,3],"extra":1}`: true,
	} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(step))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value); (err == nil) != valid {
			t.Errorf("%s: %v, want valid %v", step, err, valid)
		}
	}
}
