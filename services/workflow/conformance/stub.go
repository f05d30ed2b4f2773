package conformance

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// stub is a test-only block as the file describes it.
type stub struct {
	Type         string            `json:"type"`
	Aliases      []string          `json:"aliases"`
	Plugin       string            `json:"plugin"`
	Fields       []stubField       `json:"fields"`
	Outputs      []manifest.Output `json:"outputs"`
	Offsets      map[string]int    `json:"input_dimensionality_offsets"`
	Reference    *string           `json:"dimensionality_reference_property"`
	OutputOffset int               `json:"output_dimensionality_offset"`
	AcceptsEmpty bool              `json:"accepts_empty_values"`
	Engine       *string           `json:"engine_version"`
	Init         []string          `json:"init_parameters"`
	Behaviour    string            `json:"behaviour"`
}

type stubField struct {
	Name     string            `json:"name"`
	Accepts  []stubType        `json:"accepts"`
	Required bool              `json:"required"`
	Default  manifest.Constant `json:"default"`
	Batch    string            `json:"batch"`
	AutoCast bool              `json:"auto_batch_cast"`
}

type stubType struct {
	Selector string     `json:"selector"`
	Kinds    []string   `json:"kinds"`
	Literal  string     `json:"literal"`
	Object   string     `json:"object"`
	ListOf   []stubType `json:"list_of"`
	MapOf    []stubType `json:"map_of"`
	TupleOf  []stubType `json:"tuple_of"`
}

// faultyConstructors require fields that they do not declare. The file states this in prose
// only.
var faultyConstructors = map[string]bool{"FaultyInit": true, "ExampleBlockWithFaultyInit": true}

func (s *Suite) loadStubs(path string) error {
	var file struct {
		Blocks []stub `json:"blocks"`
	}
	if err := readJSON(path, &file); err != nil {
		return err
	}
	for i := range file.Blocks {
		b := &file.Blocks[i]
		m, err := b.manifest()
		if err != nil {
			return fmt.Errorf("stub %s: %w", b.Type, err)
		}
		s.Stubs[b.Plugin] = append(s.Stubs[b.Plugin], m)
		for _, name := range append([]string{b.Type}, b.Aliases...) {
			s.StubTypes[name] = true
		}
	}
	return nil
}

func (b *stub) manifest() (*manifest.Manifest, error) {
	m := &manifest.Manifest{
		Type: b.Type, Aliases: b.Aliases, Title: b.Type, Category: "stub", Outputs: b.Outputs,
		InputOffsets: b.Offsets, OutputOffset: b.OutputOffset, AcceptsEmpty: b.AcceptsEmpty, Services: b.Init,
	}
	if b.Reference != nil {
		m.Reference = *b.Reference
	}
	if b.Engine != nil {
		m.Engine = *b.Engine
	}
	if faultyConstructors[b.Type] {
		m.Defect = "its constructor needs a parameter that the block does not declare"
	}
	for _, f := range b.Fields {
		field, err := f.field()
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Name, err)
		}
		m.Fields = append(m.Fields, field)
	}
	return m, nil
}

var batchOf = map[string]manifest.Batch{
	"strictly_batch": manifest.BatchOnly, "mixed": manifest.BatchOrScalar, "non_batch": manifest.Scalar, "not_data": manifest.Scalar,
}

func (f *stubField) field() (manifest.Field, error) {
	batch, known := batchOf[f.Batch]
	if !known {
		return manifest.Field{}, fmt.Errorf("unknown batch %q", f.Batch)
	}
	accepts, err := types(f.Accepts)
	return manifest.Field{
		Name: f.Name, Required: f.Required, Default: f.Default, Accepts: accepts, Batch: batch, AutoCast: f.AutoCast,
	}, err
}

func types(stubs []stubType) ([]manifest.Type, error) {
	var out []manifest.Type
	for i := range stubs {
		t, err := stubs[i].convert()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (t *stubType) convert() (manifest.Type, error) {
	out := manifest.Type{Reference: manifest.Reference(t.Selector), Kinds: t.Kinds, Literal: manifest.Literal(t.Literal)}
	switch t.Object {
	case "":
	case "statement_group":
		out.Query = manifest.Statement
	case "python_code_block":
		out.Literal = manifest.Dict
	default:
		return out, fmt.Errorf("unknown object %q", t.Object)
	}
	var err error
	for _, nested := range []struct {
		from []stubType
		to   *[]manifest.Type
	}{{t.ListOf, &out.ListOf}, {t.MapOf, &out.MapOf}, {t.TupleOf, &out.TupleOf}} {
		if *nested.to, err = types(nested.from); err != nil {
			return out, err
		}
	}
	return out, nil
}

func readJSON(path string, into any) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}
