package runner

import (
	"fmt"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/runner/run"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// runResponse is the answer for a finished run on /v1.
func runResponse(done *run.Result) (*runnerv1.RunResponse, error) {
	outputs, err := rawOutputs(done)
	if err != nil {
		return nil, err
	}
	return &runnerv1.RunResponse{
		Run: done.Name, Outputs: outputs,
		Charges: done.Finished.GetCharges(), Allowances: done.Finished.GetAllowances(),
	}, nil
}

// rawOutputs encodes the outputs of a finished run as JSON with exact numbers, in the order of
// the definition.
func rawOutputs(done *run.Result) ([]byte, error) {
	size := 0
	for _, one := range done.Outputs {
		size += value.Size(one, maxEstimate)
	}
	out := append(make([]byte, 0, size+size/16), '[')
	for i, one := range done.Outputs {
		if i > 0 {
			out = append(out, ',')
		}
		var err error
		if out, err = value.AppendOrdered(out, one, done.Order); err != nil {
			return nil, fmt.Errorf("write outputs: %w", err)
		}
	}
	return append(out, ']'), nil
}

// maxEstimate bounds the buffer that is allocated for one object. Values share parts, so the estimate
// may be far too large.
const maxEstimate = 32 << 20
