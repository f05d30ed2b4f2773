package manifest_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

func TestCoreIsWellFormed(t *testing.T) {
	t.Parallel()
	owners := map[string]string{}
	for _, m := range manifest.Core().All() {
		for _, name := range append([]string{m.Type}, m.Aliases...) {
			if other, taken := owners[name]; taken {
				t.Errorf("%s answers to %s, as does %s", m.Type, name, other)
			}
			owners[name] = m.Type
		}
		for i := range m.Fields {
			checkField(t, m, &m.Fields[i])
		}
		for _, referred := range referredFields(m) {
			if _, ok := m.Field(referred); !ok {
				t.Errorf("%s refers to its field %q, which it does not have", m.Type, referred)
			}
		}
		if m.Title == "" || m.Category == "" || m.Engine == "" {
			t.Errorf("%s needs a title, a category and an engine", m.Type)
		}
	}
	if len(owners) < 30 {
		t.Errorf("only %d identifiers are known", len(owners))
	}
}

func checkField(t *testing.T, m *manifest.Manifest, f *manifest.Field) {
	t.Helper()
	if len(f.Accepts) == 0 {
		t.Errorf("%s.%s accepts nothing", m.Type, f.Name)
	}
	if f.Required && !f.Default.IsZero() {
		t.Errorf("%s.%s is required and has a default", m.Type, f.Name)
	}
	for _, alternative := range f.Accepts {
		shape := manifest.Describe([]manifest.Type{alternative})
		if strings.TrimSpace(shape) == "" {
			t.Errorf("%s.%s has an alternative that accepts nothing: %+v", m.Type, f.Name, alternative)
		}
	}
}

func referredFields(m *manifest.Manifest) []string {
	var out []string
	for field := range m.InputOffsets {
		out = append(out, field)
	}
	if m.Reference != "" {
		out = append(out, m.Reference)
	}
	if m.Network != nil && m.Network.Field != "" {
		out = append(out, m.Network.Field)
	}
	if m.DynamicOutputs != nil {
		out = append(out, m.DynamicOutputs.Field)
	}
	for _, r := range m.Rules {
		out = append(out, r.Field, r.Needs)
	}
	for _, model := range m.Models {
		if model.Field != "" {
			out = append(out, model.Field)
		}
	}
	for _, f := range m.Fields {
		if f.Credential != nil && f.Credential.Destination.Field != "" {
			out = append(out, f.Credential.Destination.Field)
		}
	}
	return out
}

func TestCoreKnowsTheBlocksOfTheFirstPath(t *testing.T) {
	t.Parallel()
	core := manifest.Core()
	for alias, canonical := range map[string]string{
		"ObjectDetectionModel": "roboflow_core/roboflow_object_detection_model@v1", "Crop": "roboflow_core/dynamic_crop@v1",
		"ContinueIf": "roboflow_core/continue_if@v1", "PropertyDefinition": "roboflow_core/property_definition@v1",
		"OpenAI": "roboflow_core/open_ai@v1", "roboflow_core/open_ai@v5": "roboflow_core/open_ai@v5",
	} {
		m, ok := core.Find(alias)
		if !ok || m.Type != canonical {
			t.Errorf("%s is %v, want %s", alias, m, canonical)
		}
	}
}

func TestCatalogueLeavesOutOtherEngines(t *testing.T) {
	t.Parallel()
	for specifier, want := range map[string]bool{
		"": true, ">=1.3.0,<2.0.0": true, "==0.0.0": false, ">1.15.0": false, "<=1.15": true, "!=1.15.0": false, "~1": false, ">=x": false,
	} {
		_, got := manifest.New(&manifest.Manifest{Type: "a", Engine: specifier}).Find("a")
		if got != want {
			t.Errorf("engine %q: there %v, want %v", specifier, got, want)
		}
	}
}

func TestCatalogueIsNotChangedByWith(t *testing.T) {
	t.Parallel()
	base := manifest.New(&manifest.Manifest{Type: "a"})
	more := base.With(&manifest.Manifest{Type: "b", Aliases: []string{"a"}})
	if m, _ := base.Find("a"); m.Type != "a" {
		t.Error("the base changed")
	}
	if m, _ := more.Find("a"); m.Type != "b" {
		t.Error("the later manifest does not win")
	}
}

func TestCoerce(t *testing.T) {
	t.Parallel()
	zero, one := 0.0, 1.0
	field := func(types ...manifest.Type) *manifest.Field { return &manifest.Field{Name: "f", Accepts: types} }
	fraction := manifest.Type{Literal: manifest.Float, Min: &zero, Max: &one}
	reference := manifest.Type{Reference: manifest.Data, Kinds: []string{"float"}}
	for name, c := range map[string]struct {
		field *manifest.Field
		value any
		want  any // an error when nil, unless the value is nil
	}{
		"float from text":        {field(fraction), "0.5", 0.5},
		"float from int":         {field(fraction), int64(1), 1.0},
		"float out of range":     {field(fraction), 1.5, nil},
		"int from float":         {field(manifest.Type{Literal: manifest.Integer}), 3.0, int64(3)},
		"int from half":          {field(manifest.Type{Literal: manifest.Integer}), 3.5, nil},
		"text from int":          {field(manifest.Type{Literal: manifest.Text}), int64(3), nil},
		"exact type first":       {field(fraction, manifest.Type{Literal: manifest.Text}), "0.5", "0.5"},
		"bool from word":         {field(manifest.Type{Literal: manifest.Boolean}), "on", true},
		"enum":                   {field(manifest.Type{Enum: []string{"a", "b"}}), "b", "b"},
		"not in enum":            {field(manifest.Type{Enum: []string{"a", "b"}}), "c", nil},
		"list":                   {field(manifest.Type{ListOf: []manifest.Type{fraction}}), []any{"1", int64(0)}, []any{1.0, 0.0}},
		"tuple of other length":  {field(manifest.Type{TupleOf: []manifest.Type{fraction, fraction}}), []any{0.1}, nil},
		"map":                    {field(manifest.Type{MapOf: []manifest.Type{fraction}}), map[string]any{"a": "1"}, map[string]any{"a": 1.0}},
		"references take it all": {field(reference), "x", "x"},
		"reference or number":    {field(reference, fraction), "x", nil},
	} {
		got, err := c.field.Coerce(c.value)
		if (err != nil) != (c.want == nil) || err == nil && !cmp.Equal(got, c.want) {
			t.Errorf("%s: got %#v, %v; want %#v", name, got, err, c.want)
		}
	}
}

func TestCoerceNamesTheElementAndHidesTheValue(t *testing.T) {
	t.Parallel()
	f := &manifest.Field{Accepts: []manifest.Type{{MapOf: []manifest.Type{{ListOf: []manifest.Type{{Literal: manifest.Integer}}}}}}}
	_, err := f.Coerce(map[string]any{"a": []any{int64(1), "sk-secret"}})
	mismatch, ok := errors.AsType[*manifest.Mismatch](err)
	if !ok || mismatch.Path != "a.1" || strings.Contains(mismatch.Message, "secret") {
		t.Errorf("got %#v", err)
	}
}

func TestManifestsSurviveJSON(t *testing.T) {
	t.Parallel()
	all := manifest.Core().All()
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	again, err := manifest.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(all, again); diff != "" {
		t.Error(diff)
	}
	if _, err := manifest.Read([]byte(`[{"type":"a","fieds":[]}]`)); err == nil {
		t.Error("a misspelt key was read")
	}
}

func TestServes(t *testing.T) {
	t.Parallel()
	for version, want := range map[string][2]bool{
		"1.0": {true, true}, "1.3.0": {true, true}, "1.15.0": {true, true}, "1.16.0": {false, true},
		"2.0": {false, true}, "0.1.0": {false, true}, "one": {false, false}, "": {false, false}, "1.2.3.4": {false, false},
	} {
		serves, ok := manifest.Serves(version)
		if !slices.Equal([]bool{serves, ok}, want[:]) {
			t.Errorf("%q: serves %v, readable %v; want %v", version, serves, ok, want)
		}
	}
}
