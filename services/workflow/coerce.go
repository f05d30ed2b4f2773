package workflow

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// CoerceInteger reads v as a whole number like pydantic's lax mode: 3, 3.0, "3" and true
// are whole numbers, 3.5 and "3.5" are not.
func CoerceInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<63 {
			return int64(v), true
		}
	case string:
		text := strings.TrimSpace(v)
		if whole, zeros, ok := strings.Cut(text, "."); ok && strings.Trim(zeros, "0") == "" {
			text = whole
		}
		i, err := strconv.ParseInt(text, 10, 64)
		return i, err == nil
	}
	return 0, false
}

// CoerceFloat reads v as a number in lax mode.
func CoerceFloat(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case *big.Int:
		f, ok := number.Float(v)
		return f, ok && !math.IsInf(f, 0)
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil && !strings.ContainsAny(v, "xXpP_")
	default:
		i, ok := CoerceInteger(v)
		return float64(i), ok
	}
}

// CoerceBoolean reads v as a boolean in lax mode: 0, 1, "true", "off" and the like.
func CoerceBoolean(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(v) {
		case "true", "t", "yes", "y", "on", "1":
			return true, true
		case "false", "f", "no", "n", "off", "0":
			return false, true
		}
	case int64, int, float64:
		f, _ := CoerceFloat(v)
		return f == 1, f == 0 || f == 1
	}
	return false, false
}
