package run

import (
	"maps"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// addSample adds the inputs of a sample to those of the order. The order's own inputs are
// credentials.
func (r *run) addSample() error {
	raw := r.allowed.GetSampleInputs()
	if len(raw) == 0 {
		return nil
	}
	decoded, err := value.Decode(raw)
	sample, ok := decoded.(map[string]any)
	if err != nil || !ok {
		return errs.Internal("the sample of the link cannot be read; its owner can save it again").Because(err)
	}
	if r.order.Inputs == nil {
		r.order.Inputs = map[string]any{}
	}
	for name, v := range maps.All(sample) {
		if _, given := r.order.Inputs[name]; !given {
			r.order.Inputs[name] = v
		}
	}
	return nil
}

// maxExample bounds what is sent to be stored, in bytes. It is more than sharing stores.
const maxExample = 1 << 20

// example returns the outputs of a sample that ran well, for sharing to store. It is nil if
// the result is too large or cannot be written. Sharing then refuses the example.
func (r *run) example(outputs []map[string]any) []byte {
	if len(r.allowed.GetSampleInputs()) == 0 {
		return nil
	}
	list := make([]any, len(outputs))
	for i, one := range outputs {
		list[i] = one
	}
	raw, err := value.AppendJSON(nil, list)
	if err != nil || len(raw) > maxExample {
		return nil
	}
	return raw
}
