package query

import (
	"cmp"
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func classificationOperation(f *fields) operation {
	if f.kind != "ClassificationPropertyExtract" {
		return nil
	}
	property := f.oneOf("property_name",
		"top_class", "top_class_confidence", "top_class_confidence_single", "all_classes", "all_confidences")
	return func(_ *run, in any) (any, error) {
		prediction, ok := in.(map[string]any)
		if !ok {
			return nil, wrongType(f.kind, "a classification", in)
		}
		out, ok := classificationProperty(prediction, property)
		if !ok {
			return nil, fail(classInput, "%s needs a classification, but the object is not one", f.kind)
		}
		return out, nil
	}
}

func classificationProperty(prediction map[string]any, property string) (any, bool) {
	if chosen, ok := value.Shallow(prediction["predicted_classes"]).([]any); ok {
		classes, ok := prediction["predictions"].(map[string]any)
		if !ok {
			return nil, false
		}
		return multiLabel(classes, chosen, property)
	}
	switch property {
	case "top_class":
		top, ok := prediction["top"]
		return top, ok
	case "top_class_confidence", "top_class_confidence_single":
		confidence, ok := prediction["confidence"]
		return value.Shallow(confidence), ok
	case "all_classes":
		return columnOf(prediction, "class")
	}
	return columnOf(prediction, "confidence")
}

func columnOf(prediction map[string]any, key string) (any, bool) {
	predictions, ok := value.Normal(prediction["predictions"]).([]any)
	if !ok {
		return nil, false
	}
	out := make([]any, len(predictions))
	for i, one := range predictions {
		object, ok := one.(map[string]any)
		if !ok {
			return nil, false
		}
		out[i] = object[key]
	}
	return out, true
}

func multiLabel(classes map[string]any, chosen []any, property string) (any, bool) {
	switch property {
	case "top_class":
		return chosen, true
	case "top_class_confidence":
		return confidences(classes, chosen)
	case "top_class_confidence_single":
		list, ok := confidences(classes, chosen)
		return highest(list), ok
	}
	names := byClassID(classes)
	if property == "all_classes" {
		return names, true
	}
	return confidences(classes, names)
}

func confidences(classes map[string]any, names []any) ([]any, bool) {
	out := make([]any, len(names))
	for i, name := range names {
		key, _ := name.(string)
		class, ok := classes[key].(map[string]any)
		if !ok {
			return nil, false
		}
		out[i] = value.Shallow(class["confidence"])
	}
	return out, true
}

func highest(list []any) any {
	best := 0.0
	for _, item := range list {
		f, _ := value.Float(item)
		best = max(best, f)
	}
	return best
}

func byClassID(classes map[string]any) []any {
	id := func(name string) float64 {
		class, _ := classes[name].(map[string]any)
		f, _ := value.Float(value.Shallow(class["class_id"]))
		return f
	}
	names := slices.Sorted(maps.Keys(classes))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(id(a), id(b)) })
	out := make([]any, len(names))
	for i, name := range names {
		out[i] = name
	}
	return out
}
