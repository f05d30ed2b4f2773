package query

import (
	"strings"
)

func sequenceOperation(f *fields) operation {
	switch f.kind {
	case "SequenceMap":
		return onEach(f.kind, lookup(f.kind, f.dict("lookup_table")))
	case "SequenceApply":
		return onEach(f.kind, f.chain("operations", true).apply)
	case "SequenceAggregate":
		return aggregate(f.kind, f.oneOf("mode", "first", "last", "most_common", "least_common"))
	case "NumericSequenceAggregate":
		neutral, _ := f.get("neutral_value", false)
		return aggregateNumbers(f.kind, f.oneOf("function", "min", "max", "sum"), neutral)
	case "SequenceLength":
		return func(_ *run, in any) (any, error) {
			n, ok := length(in)
			if !ok {
				return nil, wrongType(f.kind, "a list, an object, a string or detections", in)
			}
			return int64(n), nil
		}
	case "SequenceElementsCount":
		return countElements(f.kind)
	case "SequenceJoin":
		return join(f.kind, f.textOr("separator", ", "))
	}
	return nil
}

func join(kind, separator string) operation {
	return onElements(kind, func(r *run, items []any) (any, error) {
		var b strings.Builder
		for i, item := range items {
			if i > 0 {
				b.WriteString(separator)
			}
			text, err := r.text(kind, item)
			if err != nil {
				return nil, err
			}
			if b.Len()+len(text) > maxText {
				return nil, fail(classOperation, "%s: the text would be longer than %d characters", kind, maxText)
			}
			b.WriteString(text)
		}
		return b.String(), nil
	})
}

func countElements(kind string) operation {
	return onElements(kind, func(r *run, items []any) (any, error) {
		counts := map[string]any{}
		for _, item := range items {
			text, err := r.text(kind, item)
			if err != nil {
				return nil, err
			}
			n, _ := counts[text].(int64)
			counts[text] = n + 1
		}
		return counts, nil
	})
}
