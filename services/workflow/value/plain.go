package value

import (
	"encoding/json"
	"math/big"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Normal brings a value into the plain form of the package comment. Containers
// are copied only if an element changes; plain values are returned unchanged.
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

// Shallow is [Normal] for the value itself, not for what it contains.
func Shallow(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, *big.Int, float64, string, []any, map[string]any:
		return v
	case json.Number:
		n, _ := number.Parse(string(v)) // nothing of ours makes one that is refused
		return n
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

// Int reads a whole number. Bools are not numbers here, though the language
// counts them as such in places; callers that need that ask [Float].
func Int(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

// Float reads any number; true is 1 and false 0.
func Float(v any) (float64, bool) {
	if n, ok := v.(int); ok {
		return float64(n), true
	}
	return number.Float(v)
}

// Size estimates how long a value is when written out, in bytes. It stops
// counting soon after limit: values share their parts, so that a small one may
// be astronomically large on paper.
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
