package query

import (
	"github.com/keyhole-dev/keyhole/services/workflow/number"
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

// common returns the most or least frequent item. Of several most frequent it returns the
// first, of several least frequent the last.
func common(kind string, items []any, most bool) (any, error) {
	counts := map[string]int{}
	var order []int
	for i, item := range items {
		key, ok := hashKey(item)
		if !ok {
			return nil, wrongType(kind, "a list of strings and numbers", item)
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

// hashKey returns equal keys for values that the language considers equal.
func hashKey(v any) (string, bool) {
	if s, ok := v.(string); ok {
		return "s" + s, true
	}
	if n, ok := number.Whole(v); ok {
		return "n" + n.String(), true
	}
	if f, ok := v.(float64); ok {
		if whole, ok := number.Truncate(f); ok && value.Equal(whole, f) {
			return "n" + number.Text(whole), true
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
				return nil, wrongType(kind, "a list of numbers", item)
			}
			if i == 0 && function != "sum" {
				out = item
				continue
			}
			var err error
			if out, err = fold(kind, function, out, item); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

func fold(kind, function string, sofar, next any) (any, error) {
	if sofar == nil {
		sofar = int64(0)
	}
	order, _ := number.Compare(next, sofar)
	switch function {
	case "min":
		if order < 0 {
			return next, nil
		}
		return sofar, nil
	case "max":
		if order > 0 {
			return next, nil
		}
		return sofar, nil
	}
	sum, ok := number.Add(sofar, next)
	return fitting(kind, sum, ok)
}
