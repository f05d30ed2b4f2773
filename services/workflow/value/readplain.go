package value

import "math/big"

// readPlain checks the kinds whose values are plain JSON.
func readPlain(v any, kind string) (any, error) {
	check, ok := plainKinds[kind]
	if !ok {
		return nil, errNoForm
	}
	if !check.fits(v) {
		return nil, unfit("must be %s", check.wants)
	}
	return v, nil
}

type plainKind struct {
	wants string
	fits  func(v any) bool
}

var plainKinds = map[string]plainKind{
	"string":                {"a text", isText},
	"roboflow_model_id":     {"a text", isText},
	"roboflow_project":      {"a text", isText},
	"prediction_type":       {"a text", isText},
	"parent_id":             {"a text", isText},
	"inference_id":          {"a text", isText},
	"top_class":             {"a text or a list of texts", func(v any) bool { return isText(v) || isList(v) }},
	"language_model_output": {"a text", isText},
	"integer":               {"a whole number", isWhole},
	"float":                 {"a number", isNumber},
	"float_zero_to_one":     {"a number between 0 and 1", isFraction},
	"boolean":               {"true or false", func(v any) bool { _, ok := v.(bool); return ok }},
	"list_of_values":        {"a list", isList},
	"numpy_array":           {"a list", isList},
	"dictionary":            {"an object", func(v any) bool { _, ok := v.(map[string]any); return ok }},
	"point":                 {"a point [x, y]", isPoint},
	"labeled_points":        {"a list of points", isList},
	"zone":                  {"a list of at least 3 points", isZone},
	"rgb_color":             {"a colour as text or [red, green, blue]", isColor},
	"roboflow_api_key":      {"a text or null", func(v any) bool { return v == nil || isText(v) }},
	"secret":                {"a text", func(v any) bool { _, ok := v.(Secret); return ok || isText(v) }},
	KindManagedKey:          {"a text or null", func(v any) bool { return v == nil || isText(v) }},
}

func isText(v any) bool { _, ok := v.(string); return ok }

func isList(v any) bool { _, ok := v.([]any); return ok }

// isWhole counts booleans as whole numbers, as the language does.
func isWhole(v any) bool {
	switch v.(type) {
	case int64, *big.Int, bool:
		return true
	}
	return false
}

func isNumber(v any) bool { _, ok := Float(v); return ok }

func isFraction(v any) bool {
	f, ok := Float(v)
	return ok && f >= 0 && f <= 1
}

func isPoint(v any) bool { _, _, ok := pointOf(v); return ok }

func isZone(v any) bool {
	corners, _ := v.([]any)
	for _, corner := range corners {
		if !isPoint(corner) {
			return false
		}
	}
	return len(corners) >= 3
}

func isColor(v any) bool {
	if isText(v) {
		return true
	}
	parts, _ := v.([]any)
	for _, part := range parts {
		if !isWhole(part) {
			return false
		}
	}
	return len(parts) == 3
}
