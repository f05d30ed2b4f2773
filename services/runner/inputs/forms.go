package inputs

import (
	"slices"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

const (
	// maxFormLevels is how far down lists are looked at, maxFormValues how many values of
	// a level: what lies beyond is checked when it is read.
	maxFormLevels = 8
	maxFormValues = 4096
)

// FormsOf says of each input what it can be read as, so that sharing, which knows what
// is declared and must not see the values, can refuse what does not fit.
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

// common are the forms that all values have; null has every form.
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

// below is the next level: the elements of lists, and what is no list as it is. It is
// nothing where there are no lists.
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
