package inputs

import (
	"slices"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// maxFormLevels bounds the nesting of lists that are described, maxFormValues the values of a
	// level. Values beyond are checked when they are read.
	maxFormLevels = 8
	maxFormValues = 4096
)

// FormsOf describes each input by the forms in which it can be read. Sharing knows the declared
// kinds but must not see values. With the forms it can refuse values that do not fit.
func FormsOf(inputs map[string]any) map[string]*sharinginternalv1.InputForms {
	out := make(map[string]*sharinginternalv1.InputForms, len(inputs))
	for name, v := range inputs {
		out[name] = &sharinginternalv1.InputForms{}
		if v != nil {
			out[name].Levels = levelsOf(v)
		}
	}
	return out
}

func levelsOf(v any) (levels []*sharinginternalv1.FormsAtLevel) {
	for values := []any{v}; len(values) > 0; values = below(values) {
		if len(levels) == maxFormLevels || len(values) > maxFormValues {
			return append(levels, &sharinginternalv1.FormsAtLevel{Unknown: true})
		}
		levels = append(levels, &sharinginternalv1.FormsAtLevel{Forms: common(values)})
	}
	return levels
}

// common returns the forms that all values have. Null has every form.
func common(values []any) (forms []string) {
	first := true
	for _, v := range values {
		switch {
		case v == nil:
		case first:
			forms, first = value.Forms(v), false
		default:
			own := value.Forms(v)
			forms = slices.DeleteFunc(forms, func(form string) bool { return !slices.Contains(own, form) })
		}
		if !first && len(forms) == 0 {
			return nil
		}
	}
	if first {
		return value.AllForms()
	}
	return forms
}

// below returns the next level: the elements of lists, and other values as they are. It returns nil
// if there are no lists.
func below(values []any) []any {
	var out []any
	lists := false
	for _, v := range values {
		list, isList := v.([]any)
		lists = lists || isList
		if isList {
			out = append(out, list...)
		} else {
			out = append(out, v)
		}
	}
	if !lists {
		return nil
	}
	return out
}
