package query

import (
	"strconv"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func aggregate(kind, mode string) operation {
	return onElements(kind, func(_ *run, items []any) (any, error) {
		if len(items) == 0 {
			return nil, fail(classInput, "%s: the list is empty", kind)
		}
		switch mode {
		case "first":
			return items[0], nil
		case "last":
			return items[len(items)-1], nil
		}
		return common(kind, items, mode == "most_common")
	})
}

// common prefers the one seen first where most are alike, and the one seen last
// where fewest are.
func common(kind string, items []any, most bool) (any, error) {
	counts := map[string]int{}
	var order []int
	for i, item := range items {
		key, ok := hashKey(item)
		if !ok {
			return nil, unfit(kind, "a list of texts and numbers", item)
		}
		if counts[key]++; counts[key] == 1 {
			order = append(order, i)
		}
	}
	best, bestCount := -1, 0
	for _, i := range order {
		key, _ := hashKey(items[i])
		n := counts[key]
		if best < 0 || most && n > bestCount || !most && n <= bestCount {
			best, bestCount = i, n
		}
	}
	return items[best], nil
}

// hashKey tells apart what the language's equality does.
func hashKey(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return "s" + s, true
	}
	if n, ok := v.(int64); ok {
		return "n" + strconv.FormatInt(n, 10), true
	}
	if f, ok := value.Float(v); ok {
		if whole := int64(f); float64(whole) == f {
			return "n" + strconv.FormatInt(whole, 10), true
		}
		return "n" + value.FloatText(f), true
	}
	return "", v == nil
}

func aggregateNumbers(kind, function string, neutral any) operation {
	return onElements(kind, func(_ *run, items []any) (any, error) {
		if len(items) == 0 {
			return neutral, nil
		}
		var out any
		for i, item := range items {
			item = value.Shallow(item)
			if _, ok := value.Float(item); !ok {
				return nil, unfit(kind, "a list of numbers", item)
			}
			if i == 0 && function != "sum" {
				out = item
				continue
			}
			out = fold(function, out, item)
		}
		return out, nil
	})
}

func fold(function string, sofar, next any) any {
	if sofar == nil {
		sofar = int64(0)
	}
	f, _ := value.Float(sofar)
	g, _ := value.Float(next)
	switch function {
	case "min":
		if g < f {
			return next
		}
		return sofar
	case "max":
		if g > f {
			return next
		}
		return sofar
	}
	return add(sofar, next, f+g)
}

// add keeps whole numbers whole while they fit.
func add(a, b any, sum float64) any {
	x, one := whole(a)
	y, two := whole(b)
	if total := x + y; one && two && (total > x) == (y > 0) {
		return total
	}
	return sum
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		n, _ := value.Float(v)
		return int64(n), true
	}
	return 0, false
}
