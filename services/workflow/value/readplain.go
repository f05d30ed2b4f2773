package value

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// readPlain checks the kinds whose values are plain JSON.
func readPlain(v any, kind string) (any, error) {
	check, ok := plainKinds[kind]
	if !ok {
		return nil, errNoForm
	}
	if !check.fits(v) {
		return nil, invalid("must be %s", check.wants)
	}
	return v, nil
}

type plainKind struct {
	// wants describes the values, for people. Kinds with the same description accept the
	// same values.
	wants string
	fits  func(v any) bool
	// lax converts a value of another type, nil for strict kinds.
	lax func(v any) (any, bool)
}

var plainKinds = map[string]plainKind{
	"string":                {wants: "a string", fits: isText},
	"roboflow_model_id":     {wants: "a string", fits: isText},
	"roboflow_project":      {wants: "a string", fits: isText},
	"prediction_type":       {wants: "a string", fits: isText},
	"parent_id":             {wants: "a string", fits: isText},
	"inference_id":          {wants: "a string", fits: isText},
	"top_class":             {wants: "a string or a list of strings", fits: func(v any) bool { return isText(v) || isList(v) }},
	"language_model_output": {wants: "a string", fits: isText},
	"integer":               {wants: "a whole number", fits: isWhole, lax: laxWhole},
	"float":                 {wants: "a number", fits: isNumber, lax: laxFloat},
	"float_zero_to_one":     {wants: "a number between 0 and 1", fits: isFraction, lax: laxFloat},
	"boolean":               {wants: "true or false", fits: func(v any) bool { _, ok := v.(bool); return ok }, lax: laxTruth},
	"list_of_values":        {wants: "a list", fits: isList},
	"numpy_array":           {wants: "a list", fits: isList},
	"dictionary":            {wants: "an object", fits: func(v any) bool { _, ok := v.(map[string]any); return ok }},
	"point":                 {wants: "a point [x, y]", fits: isPoint},
	"labeled_points":        {wants: "a list of points", fits: isList},
	"zone":                  {wants: "a list of at least 3 points", fits: isZone},
	"rgb_color":             {wants: "a colour as text or [red, green, blue]", fits: isColor},
	"roboflow_api_key":      {wants: "a string or null", fits: func(v any) bool { return v == nil || isText(v) }},
	"secret":                {wants: "a string", fits: isText},
	KindManagedKey:          {wants: "a string or null", fits: func(v any) bool { return v == nil || isText(v) }},
	"timestamp":             {wants: "a time in ISO 8601 form", fits: func(v any) bool { _, err := readTime(v); return err == nil }},
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

// isNumber refuses NaN and infinities, because JSON does not have them and they would come
// back as null.
func isNumber(v any) bool {
	f, ok := Float(v)
	if !ok {
		return false
	}
	_, isFloat := v.(float64)
	return !isFloat || !math.IsNaN(f) && !math.IsInf(f, 0)
}

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

func laxWhole(v any) (any, bool) {
	switch v := v.(type) {
	case float64:
		whole, ok := number.Truncate(v)
		return whole, ok && Equal(whole, v)
	case string:
		text := strings.TrimSpace(v)
		if len(text) > number.MaxDigits {
			return nil, false
		}
		if whole, zeros, ok := strings.Cut(text, "."); ok && strings.Trim(zeros, "0") == "" {
			text = whole
		}
		digits := strings.TrimLeft(text, "+-")
		if digits == "" || len(text) > len(digits)+1 || strings.Trim(digits, "0123456789") != "" {
			return nil, false
		}
		return number.Parse(strings.TrimPrefix(text, "+"))
	}
	return nil, false
}

func laxFloat(v any) (any, bool) {
	if text, isText := v.(string); !isText || len(text) > number.MaxDigits {
		return nil, false
	}
	return workflow.CoerceFloat(v)
}

func laxTruth(v any) (any, bool) {
	if text, isText := v.(string); isText && len(text) > len("false") {
		return nil, false
	}
	return workflow.CoerceBoolean(v)
}

// InvalidError is the reason why a value cannot be read. Its text is for the caller who sent the
// value.
type InvalidError struct{ Message string }

func (u *InvalidError) Error() string { return u.Message }

func invalid(format string, args ...any) error {
	return &InvalidError{Message: fmt.Sprintf(format, args...)}
}

// errNoForm means that the kind has no form.
var errNoForm = errors.New("kind without a form")

func readTime(v any) (any, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		if at, ok := parseTime(v); ok {
			return at, nil
		}
	}
	return nil, invalid("must be a time in ISO 8601 form")
}
