package runner

import (
	"bytes"
	"encoding/json"
	"fmt"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
)

// runResponse is a finished run on /v1.
func runResponse(done *result) (*runnerv1.RunResponse, error) {
	outputs, err := rawOutputs(done)
	if err != nil {
		return nil, err
	}
	return &runnerv1.RunResponse{
		Run: done.name, Outputs: outputs,
		Charges: done.finished.GetCharges(), Allowances: done.finished.GetAllowances(),
	}, nil
}

// rawOutputs is a finished run as JSON, in which whole numbers stay whole.
func rawOutputs(done *result) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(done.outputs); err != nil {
		return nil, fmt.Errorf("write outputs: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
