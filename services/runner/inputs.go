package runner

import (
	"maps"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// inputsOf takes the inputs out of a request, so that nothing else that holds the
// request has them any longer.
func (s *Service) inputsOf(given *[]byte) (map[string]any, error) {
	document := *given
	*given = nil
	if len(document) > s.cfg.InputBytes {
		return nil, inputsTooLarge(s.cfg.InputBytes)
	}
	if len(document) == 0 || string(document) == "null" {
		return map[string]any{}, nil
	}
	decoded, err := value.Decode(document)
	if err != nil {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the inputs are not JSON that can be read").
			Because(err)
	}
	inputs, ok := decoded.(map[string]any)
	if !ok {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "the inputs must be a JSON object").
			Field("inputs", "must be an object")
	}
	return inputs, nil
}

func inputsTooLarge(limit int) error {
	return errs.InvalidArgument(errorsv1.Reason_REASON_REQUEST_TOO_LARGE,
		"the inputs are larger than %d MiB", limit>>20)
}

// given names the inputs that have a value, sorted.
func given(inputs map[string]any) []string {
	names := make([]string, 0, len(inputs))
	for _, name := range slices.Sorted(maps.Keys(inputs)) {
		if inputs[name] != nil {
			names = append(names, name)
		}
	}
	return names
}

// elements counts what is in the lists among the inputs, and in lists below them, as
// [taking] takes them: each may go through all steps.
func elements(inputs map[string]any) map[string]int64 {
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

// unfit are the inputs whose value cannot be a credential, with why not; "" for an empty text.
func unfit(inputs map[string]any) map[string]string {
	out := map[string]string{}
	for name, v := range inputs {
		text, isText := v.(string)
		switch {
		case v == nil:
		case !isText:
			out[name] = "it is not a text"
		case text == "":
			out[name] = ""
		default:
			if why := secret.UnfitToBring(text); why != "" {
				out[name] = why
			}
		}
	}
	return out
}
