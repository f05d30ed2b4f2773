package contract

import (
	"slices"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// IsPicture reports whether an input takes pictures.
func IsPicture(in *sharingv1.Input) bool {
	kinds := in.GetKinds()
	return !in.GetCredential() && (strings.HasSuffix(in.GetType(), "Image") || len(kinds) == 1 && kinds[0] == "image")
}

// TakesList reports whether an input takes a value for each element of a batch.
func TakesList(in *sharingv1.Input) bool {
	return IsPicture(in) || in.GetType() == "WorkflowBatchInput" || in.GetType() == "WorkflowVideoMetadata"
}

// NeedsList reports whether an input takes lists only.
func NeedsList(in *sharingv1.Input) bool { return in.GetType() == "WorkflowBatchInput" }

// structured are the kinds whose values are no text.
var structured = []string{
	"integer", "float", "float_zero_to_one", "boolean", "list_of_values", "dictionary", "point", "zone", "timestamp", "video_metadata",
}

// IsText reports whether a text is the value of an input as it is. Otherwise it is JSON.
func IsText(in *sharingv1.Input) bool {
	if in.GetCredential() {
		return true
	}
	kinds := slices.DeleteFunc(slices.Clone(in.GetKinds()), func(kind string) bool { return kind == "*" })
	if len(kinds) == 0 {
		return len(in.GetDefaultValue()) > 0 && in.GetDefaultValue()[0] == '"'
	}
	return !slices.ContainsFunc(kinds, func(kind string) bool { return slices.Contains(structured, kind) })
}

// Names returns the names of inputs, in order.
func Names(inputs []*sharingv1.Input) []string {
	out := make([]string, len(inputs))
	for i, in := range inputs {
		out[i] = in.GetName()
	}
	return out
}

// Find returns the input of a name, or nil.
func Find(inputs []*sharingv1.Input, name string) *sharingv1.Input {
	for _, in := range inputs {
		if in.GetName() == name {
			return in
		}
	}
	return nil
}
