package runner

import (
	"maps"
	"math"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// inputsOf takes the inputs out of a request, so that nothing else that holds
// the request has them any longer.
func inputsOf(given **structpb.Struct) map[string]any {
	inputs := make(map[string]any, len((*given).GetFields()))
	for name, v := range (*given).GetFields() {
		inputs[name] = plainValue(v)
	}
	*given = nil
	return inputs
}

// plainValue is a protobuf value in the form of the language. JSON's 3 comes as
// the double 3.0; a double without a fraction is taken for the whole number that
// its sender wrote.
func plainValue(v *structpb.Value) any {
	switch kind := v.GetKind().(type) {
	case *structpb.Value_NumberValue:
		return whole(kind.NumberValue)
	case *structpb.Value_StringValue:
		return kind.StringValue
	case *structpb.Value_BoolValue:
		return kind.BoolValue
	case *structpb.Value_StructValue:
		object := make(map[string]any, len(kind.StructValue.GetFields()))
		for key, item := range kind.StructValue.GetFields() {
			object[key] = plainValue(item)
		}
		return object
	case *structpb.Value_ListValue:
		list := make([]any, len(kind.ListValue.GetValues()))
		for i, item := range kind.ListValue.GetValues() {
			list[i] = plainValue(item)
		}
		return list
	}
	return nil
}

func whole(f float64) any {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return int64(f)
	}
	return f
}

// inputsOfJSON reads the inputs of a request that carries JSON as it came.
func inputsOfJSON(document []byte) (map[string]any, error) {
	if len(document) == 0 {
		return map[string]any{}, nil
	}
	decoded, err := value.Decode(document)
	if err != nil {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_MALFORMED_JSON, "the inputs are not well-formed JSON").
			Because(err)
	}
	inputs, ok := decoded.(map[string]any)
	if !ok {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_INPUT_INVALID, "the inputs must be a JSON object")
	}
	return inputs, nil
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
