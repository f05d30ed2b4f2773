package inputs

import (
	"maps"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Given names the inputs that have a value, sorted.
func Given(inputs map[string]any) []string {
	names := make([]string, 0, len(inputs))
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if inputs[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// Elements counts the elements of the lists among the inputs, including nested lists, as
// [Reader.Read] does. Each element may go through all steps.
func Elements(inputs map[string]any) map[string]int64 {
	out := map[string]int64{}
	for name, v := range inputs {
		if list, isList := value.Shallow(v).([]any); isList {
			out[name] = leaves(list)
		}
	}
	return out
}

func leaves(list []any) (n int64) {
	for _, item := range list {
		if below, isList := value.Shallow(item).([]any); isList {
			n += leaves(below)
		} else {
			n++
		}
	}
	return n
}

// InvalidCredentials returns the inputs whose value cannot be a credential, with the reason. The
// reason for an empty string is "".
func InvalidCredentials(inputs map[string]any) map[string]string {
	out := map[string]string{}
	for name, v := range inputs {
		text, isText := v.(string)
		switch {
		case v == nil:
		case !isText:
			out[name] = "it is not a string"
		case text == "":
			out[name] = ""
		default:
			if why := secret.WhyInvalidInput(text); why != "" {
				out[name] = why
			}
		}
	}
	return out
}
