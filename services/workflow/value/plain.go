package value

import (
	"encoding/json"
	"math/big"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Normal converts a value to a plain value; see the package comment. It copies containers
// only if an element changes.
func Normal(v any) any {
	switch v := Shallow(v).(type) {
	case []any:
		return normalList(v)
	case map[string]any:
		return normalMap(v)
	default:
		return v
	}
}

// Placeholder stands for a value that steps never get. It has a type of its own, because a visitor
// can write any text. Where a text is needed, it is that text.
type Placeholder string

// Shallow is [Normal] for the value itself without its content.
func Shallow(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, *big.Int, float64, string, []any, map[string]any:
		return v
	case json.Number:
		n, _ := number.Parse(string(v)) // Keyhole's parsers make no number that it refuses
		return n
	case Placeholder:
		return string(v)
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case uint8:
		return int64(v)
	case float32:
		return float64(v)
	case []string:
		return list(v)
	case []int64:
		return list(v)
	case []float64:
		return list(v)
	}
	return v
}

func list[T any](v []T) []any {
	out := make([]any, len(v))
	for i := range v {
		out[i] = Normal(v[i])
	}
	return out
}

func normalList(v []any) []any {
	for i, item := range v {
		if plain(item) {
			continue
		}
		out := append([]any(nil), v...)
		for ; i < len(out); i++ {
			out[i] = Normal(out[i])
		}
		return out
	}
	return v
}

func normalMap(v map[string]any) map[string]any {
	for _, item := range v {
		if plain(item) {
			continue
		}
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[key] = Normal(item)
		}
		return out
	}
	return v
}

func plain(v any) bool {
	switch v.(type) {
	case nil, bool, int64, *big.Int, float64, string, *Image, *Detections:
		return true
	}
	return false
}

// Int returns a whole number. It refuses booleans, although the language sometimes counts
// them as numbers; use [Float] for that.
func Int(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

// Float returns any number. true is 1 and false is 0.
func Float(v any) (float64, bool) {
	if n, ok := v.(int); ok {
		return float64(n), true
	}
	return number.Float(v)
}

// Size estimates the encoded length of a value, in bytes. It stops soon after limit,
// because a value with shared parts may be astronomically large when encoded.
func Size(v any, limit int) int {
	size := 2
	switch v := v.(type) {
	case string:
		size += len(v)
	case []byte:
		size += len(v)
	case []any:
		for _, item := range v {
			if size > limit {
				break
			}
			size += Size(item, limit-size)
		}
	case map[string]any:
		for key, item := range v {
			if size > limit {
				break
			}
			size += len(key) + 4 + Size(item, limit-size)
		}
	case *Detections:
		size += v.Len() * 64
	case *big.Int:
		size += v.BitLen() / 3
	default:
		size += 8
	}
	return size
}
