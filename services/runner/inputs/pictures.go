package inputs

import "github.com/keyhole-dev/keyhole/services/workflow/value"

// Pictures returns the pictures among the values of inputs, without duplicates.
func Pictures(values map[string]any) map[*value.Image]bool {
	seen := map[*value.Image]bool{}
	for _, v := range values {
		collect(v, seen)
	}
	return seen
}

func collect(v any, into map[*value.Image]bool) {
	switch v := v.(type) {
	case *value.Image:
		into[v] = true
	case []any:
		for _, item := range v {
			collect(item, into)
		}
	}
}
