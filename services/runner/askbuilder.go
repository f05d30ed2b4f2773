package runner

import (
	"context"
	"fmt"

	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// AskBuilder implements runnerinternalv1.RunnerInternalServiceServer.
func (i *internal) AskBuilder(_ context.Context, request *runnerinternalv1.AskBuilderRequest) (*runnerinternalv1.AskBuilderResponse, error) {
	answer, problems, err := i.answer(request)
	switch {
	case err != nil:
		return nil, fmt.Errorf("answer a builder: %w", err)
	case len(problems) > 0:
		return nil, compiled.Invalid(problems)
	}
	return &runnerinternalv1.AskBuilderResponse{Answer: answer}, nil
}

func (i *internal) answer(request *runnerinternalv1.AskBuilderRequest) ([]byte, workflow.Problems, error) {
	b := i.service.builder
	var answer []byte
	var err error
	switch q := request.GetQuestion().(type) {
	case *runnerinternalv1.AskBuilderRequest_Validate:
		return b.Validate(q.Validate)
	case *runnerinternalv1.AskBuilderRequest_DescribeInterface:
		return b.Interface(q.DescribeInterface)
	case *runnerinternalv1.AskBuilderRequest_StepOutputs:
		return b.StepOutputs(q.StepOutputs)
	case *runnerinternalv1.AskBuilderRequest_Blocks:
		answer, err = b.Blocks()
	case *runnerinternalv1.AskBuilderRequest_DefinitionSchema:
		answer, err = b.DefinitionSchema()
	case *runnerinternalv1.AskBuilderRequest_EngineVersions:
		answer, err = b.EngineVersions()
	default:
		err = errs.InvalidArgument("the request has no question; set question")
	}
	return answer, nil, err
}
