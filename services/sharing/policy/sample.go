package policy

import (
	"encoding/json"
	"fmt"
	"slices"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Sample is a sample of a link, with its inputs as a JSON object.
type Sample struct {
	Title  string
	Inputs []byte
}

// checkOnlyCredentials refuses inputs that are no credentials: the sample has the others.
func (d *Decision) checkOnlyCredentials(r request) error {
	credentials := map[string]bool{}
	for _, in := range d.inputs() {
		credentials[in.GetName()] = in.GetCredential()
	}
	for name := range r.GetForms() {
		if !credentials[name] {
			return errs.InvalidArgument("the input %q is no credential of the link; the sample has the other inputs", name).WithReason(errorsv1.Reason_REASON_INPUT_UNKNOWN)
		}
	}
	return nil
}

// bring adds the inputs of a sample to a request, as the runner would have described them.
// Their forms stay unknown: the runner reads the values.
func (d *Decision) bring(title string, values []*sharingv1.Sample, r request) error {
	inputs := map[string]json.RawMessage{}
	for _, s := range values {
		if _, twice := inputs[s.GetInput()]; twice {
			continue // another picture to start from
		}
		inputs[s.GetInput()] = s.GetValue()
		decoded, err := value.Decode(s.GetValue())
		if err != nil {
			return fmt.Errorf("read a stored sample: %w", err)
		}
		if decoded == nil {
			continue
		}
		r.Inputs = append(r.Inputs, s.GetInput())
		if text, isText := decoded.(string); isText && slices.Contains(d.Analysis.ModelInputs(), s.GetInput()) {
			r.ModelInputs = with(r.ModelInputs, s.GetInput(), text)
		}
		if list, isList := decoded.([]any); isList {
			r.Elements = with(r.Elements, s.GetInput(), leaves(list))
		}
	}
	raw, err := json.Marshal(inputs)
	if err != nil {
		return fmt.Errorf("write the inputs of a sample: %w", err)
	}
	d.Sample = &Sample{Title: title, Inputs: raw}
	return nil
}

func with[V any](m map[string]V, key string, v V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[key] = v
	return m
}

// leaves counts the elements of nested lists.
func leaves(list []any) (n int64) {
	for _, item := range list {
		if below, isList := item.([]any); isList {
			n += leaves(below)
		} else {
			n++
		}
	}
	return n
}

// inputs returns the inputs that the run declares.
func (d *Decision) inputs() []*sharingv1.Input {
	if d.Link != nil {
		return d.Link.Interface().GetInputs()
	}
	return d.Analysis.OwnInterface.GetInputs()
}
