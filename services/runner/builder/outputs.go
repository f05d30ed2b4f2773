package builder

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// maxOutputs bounds the outputs that a step may name.
const maxOutputs = 1000

// outputsOf returns the outputs of a step: those of its block, and those that the step
// itself names.
func outputsOf(m *manifest.Manifest, step []byte) []manifest.Output {
	var out []manifest.Output
	for _, o := range m.Outputs {
		if o.Name != manifest.AnyOutput {
			out = append(out, o)
		}
	}
	if m.DynamicOutputs == nil {
		return out
	}
	for _, name := range namedBy(step, m.DynamicOutputs.Field) {
		if m.DynamicOutputs.Lower {
			name = strings.ToLower(name)
		}
		out = append(out, manifest.Output{Name: name, Kinds: m.DynamicOutputs.Kinds})
	}
	return out
}

// namedBy returns the texts of a list or the keys of a map in a field of a step.
func namedBy(step []byte, field string) []string {
	var fields map[string]json.RawMessage
	if json.Unmarshal(step, &fields) != nil {
		return nil
	}
	var names []string
	var byName map[string]json.RawMessage
	if json.Unmarshal(fields[field], &names) != nil && json.Unmarshal(fields[field], &byName) == nil {
		names = slices.Sorted(maps.Keys(byName))
	}
	return names[:min(len(names), maxOutputs)]
}
