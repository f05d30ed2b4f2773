package runner

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/types/known/structpb"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
)

// runResponse is a finished run on /v1.
func runResponse(done *result) (*runnerv1.RunResponse, error) {
	outputs := make([]*structpb.Struct, len(done.outputs))
	for i, one := range done.outputs {
		fields, err := object(one)
		if err != nil {
			return nil, err
		}
		outputs[i] = fields
	}
	return &runnerv1.RunResponse{
		Run: done.name, Outputs: outputs,
		Charges: done.finished.GetCharges(), Allowances: done.finished.GetAllowances(),
	}, nil
}

func object(v map[string]any) (*structpb.Struct, error) {
	fields := make(map[string]*structpb.Value, len(v))
	for key, item := range v {
		one, err := protoValue(item)
		if err != nil {
			return nil, err
		}
		fields[key] = one
	}
	return &structpb.Struct{Fields: fields}, nil
}

// protoValue is a serialised value as protobuf has it. What is no number there
// became null when it was serialised.
func protoValue(v any) (*structpb.Value, error) {
	switch v := v.(type) {
	case int64:
		return structpb.NewNumberValue(float64(v)), nil
	case map[string]any:
		fields, err := object(v)
		return structpb.NewStructValue(fields), err
	case []any:
		items := make([]*structpb.Value, len(v))
		for i, item := range v {
			one, err := protoValue(item)
			if err != nil {
				return nil, err
			}
			items[i] = one
		}
		return structpb.NewListValue(&structpb.ListValue{Values: items}), nil
	}
	one, err := structpb.NewValue(v)
	if err != nil {
		return nil, fmt.Errorf("write output: %w", err)
	}
	return one, nil
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
