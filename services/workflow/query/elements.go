package query

import (
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

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

func onDetections(kind string, do func(*run, *value.Detections) (any, error)) operation {
	return func(r *run, in any) (any, error) {
		detections, ok := in.(*value.Detections)
		if one, isRow := in.(row); isRow {
			detections, ok = one.set(), true
		}
		if !ok {
			return nil, wrongType(kind, "detections", in)
		}
		if err := r.spend(detections.Len()); err != nil {
			return nil, err
		}
		return do(r, detections)
	}
}
