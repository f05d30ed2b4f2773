package manifest

import (
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/keyhole-dev/keyhole/services/workflow"
	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// Mismatch is the reason why a constant does not fit a field. It names the wanted type and
// never the value, which may be a secret.
type Mismatch struct {
	// Path leads from the field to the offending element: "", "label", "2".
	Path    string
	Message string
}

func (m *Mismatch) Error() string { return m.Message }

// Coerce checks a constant against the field and returns it as the block gets it. A value of
// an accepted type stays as it is. Otherwise, lax conversions are tried in the order of the
// alternatives. A field that takes only references accepts any value, because values that
// arrive at run time were checked as data.
func (f *Field) Coerce(value any) (any, error) {
	if !slices.ContainsFunc(f.Accepts, func(t Type) bool { return t.Reference == "" }) {
		return value, nil
	}
	return coerce(f.Accepts, value)
}

func coerce(types []Type, value any) (any, error) {
	var deepest *Mismatch
	for _, lax := range []bool{false, true} {
		for i := range types {
			result, mismatch := types[i].coerce(value, lax)
			if mismatch == nil {
				return result, nil
			}
			if deepest == nil || len(mismatch.Path) > len(deepest.Path) {
				deepest = mismatch
			}
		}
	}
	if deepest != nil && deepest.Path != "" {
		return nil, deepest
	}
	return nil, &Mismatch{Message: "must be " + Describe(types)}
}

// coerce fits value to one alternative; lax allows conversions between JSON types.
func (t *Type) coerce(value any, lax bool) (any, *Mismatch) {
	switch {
	case t.Enum != nil:
		if s, ok := value.(string); ok && slices.Contains(t.Enum, s) {
			return s, nil
		}
	case t.ListOf != nil:
		if list, ok := value.([]any); ok {
			return coerceList(list, func(int) []Type { return t.ListOf })
		}
	case t.TupleOf != nil:
		if list, ok := value.([]any); ok && len(list) == len(t.TupleOf) {
			return coerceList(list, func(i int) []Type { return t.TupleOf[i : i+1] })
		}
	case t.MapOf != nil:
		if object, ok := value.(map[string]any); ok {
			return coerceMap(object, t.MapOf)
		}
	case t.Literal != "":
		return t.literal(value, lax)
	}
	return nil, &Mismatch{}
}

func coerceList(list []any, types func(int) []Type) (any, *Mismatch) {
	out := make([]any, len(list))
	for i, item := range list {
		value, err := coerce(types(i), item)
		if err != nil {
			return nil, under(fmt.Sprint(i), err)
		}
		out[i] = value
	}
	return out, nil
}

func coerceMap(object map[string]any, types []Type) (any, *Mismatch) {
	out := make(map[string]any, len(object))
	for key, item := range object {
		value, err := coerce(types, item)
		if err != nil {
			return nil, under(key, err)
		}
		out[key] = value
	}
	return out, nil
}

func under(key string, err error) *Mismatch {
	inner, _ := errors.AsType[*Mismatch](err) // coerce returns no other error
	path := key
	if inner.Path != "" {
		path += "." + inner.Path
	}
	return &Mismatch{Path: path, Message: inner.Message}
}

func (t *Type) literal(value any, lax bool) (any, *Mismatch) {
	result, ok := exact(t.Literal, value)
	if !ok && lax {
		result, ok = convert(t.Literal, value)
	}
	if !ok || !t.within(result) {
		return nil, &Mismatch{}
	}
	return result, nil
}

// exact reports whether value has the literal's type already.
func exact(literal Literal, value any) (any, bool) {
	ok := false
	switch value.(type) {
	case nil:
		ok = literal == Null
	case string:
		ok = literal == Text
	case bool:
		ok = literal == Boolean
	case int64:
		ok = literal == Integer || literal == Number
	case float64:
		ok = literal == Float || literal == Number
	case *big.Int: // no field takes whole numbers that large
		ok = literal == Number
	case []any:
		ok = literal == List
	case map[string]any:
		ok = literal == Dict
	}
	return value, ok || literal == Value
}

// convert applies the reference's lax mode. It converts nothing to a text.
func convert(literal Literal, value any) (any, bool) {
	switch literal {
	case Integer:
		return boxed(workflow.CoerceInteger(value))
	case Float, Number:
		return boxed(workflow.CoerceFloat(value))
	case Boolean:
		return boxed(workflow.CoerceBoolean(value))
	default:
		return nil, false
	}
}

func boxed[T any](value T, ok bool) (any, bool) { return value, ok }

// within applies the bounds to numbers.
func (t *Type) within(value any) bool {
	if _, isTruth := value.(bool); isTruth {
		return true
	}
	f, isNumber := number.Float(value)
	if !isNumber {
		return true
	}
	return (t.Min == nil || f >= *t.Min) && (t.Max == nil || f <= *t.Max) &&
		(t.Above == nil || f > *t.Above) && (t.Below == nil || f < *t.Below)
}
