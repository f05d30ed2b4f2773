package query

import (
	"maps"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func sequenceOperation(f *fields) operation {
	switch f.kind {
	case "SequenceMap":
		return onEach(f.kind, lookup(f.kind, f.dict("lookup_table")))
	case "SequenceApply":
		return onEach(f.kind, f.chain("operations", true).apply)
	case "SequenceAggregate":
		return aggregate(f.kind, f.oneOf("mode", "first", "last", "most_common", "least_common"))
	case "NumericSequenceAggregate":
		neutral, _ := f.get("neutral_value", false)
		return aggregateNumbers(f.kind, f.oneOf("function", "min", "max", "sum"), neutral)
	case "SequenceLength":
		return func(_ *run, in any) (any, error) {
			n, ok := length(in)
			if !ok {
				return nil, wrongType(f.kind, "a list, an object, a string or detections", in)
			}
			return int64(n), nil
		}
	case "SequenceElementsCount":
		return countElements(f.kind)
	case "SequenceJoin":
		return join(f.kind, f.textOr("separator", ", "))
	}
	return nil
}

// elements iterates like the language: texts by character, objects by key, detections one
// by one.
func elements(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case string:
		out := make([]any, 0, len(v))
		for _, r := range v {
			out = append(out, string(r))
		}
		return out, true
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		out := make([]any, len(keys))
		for i, key := range keys {
			out[i] = key
		}
		return out, true
	case *value.Detections:
		out := make([]any, v.Len())
		for i := range out {
			out[i] = row{v, i}
		}
		return out, true
	}
	return nil, false
}

func length(v any) (int, bool) {
	switch v := v.(type) {
	case []any:
		return len(v), true
	case map[string]any:
		return len(v), true
	case []byte:
		return len(v), true
	case *value.Detections:
		return v.Len(), true
	case string:
		n := 0
		for range v {
			n++
		}
		return n, true
	}
	return 0, false
}

func onEach(kind string, op operation) operation {
	return onElements(kind, func(r *run, items []any) (any, error) {
		out := make([]any, len(items))
		for i, item := range items {
			mapped, err := op(r, value.Shallow(item))
			if err != nil {
				return nil, err
			}
			if one, ok := mapped.(row); ok {
				mapped = one.set()
			}
			out[i] = mapped
		}
		return out, nil
	})
}

func onElements(kind string, do func(*run, []any) (any, error)) operation {
	return func(r *run, in any) (any, error) {
		items, ok := elements(in)
		if !ok {
			return nil, wrongType(kind, "a list", in)
		}
		if err := r.spend(len(items)); err != nil {
			return nil, err
		}
		return do(r, items)
	}
}

func join(kind, separator string) operation {
	return onElements(kind, func(r *run, items []any) (any, error) {
		var b strings.Builder
		for i, item := range items {
			if i > 0 {
				b.WriteString(separator)
			}
			text, err := r.text(kind, item)
			if err != nil {
				return nil, err
			}
			if b.Len()+len(text) > maxText {
				return nil, fail(classOperation, "%s: the text would be longer than %d characters", kind, maxText)
			}
			b.WriteString(text)
		}
		return b.String(), nil
	})
}

func countElements(kind string) operation {
	return onElements(kind, func(r *run, items []any) (any, error) {
		counts := map[string]any{}
		for _, item := range items {
			text, err := r.text(kind, item)
			if err != nil {
				return nil, err
			}
			n, _ := counts[text].(int64)
			counts[text] = n + 1
		}
		return counts, nil
	})
}
