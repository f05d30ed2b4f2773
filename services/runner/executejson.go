package runner

import (
	"context"

	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/compiled"
	"github.com/keyhole-dev/keyhole/services/runner/run"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// ExecuteJSON implements runnerinternalv1.RunnerInternalServiceServer.
func (i *internal) ExecuteJSON(ctx context.Context, request *runnerinternalv1.ExecuteJSONRequest) (*runnerinternalv1.ExecuteJSONResponse, error) {
	target, err := targetOf(request)
	if err != nil {
		return nil, err
	}
	inputs, err := i.service.inputsOf(&request.Inputs)
	if err != nil {
		return nil, err
	}
	done, err := i.service.executor.Do(ctx, run.Order{
		Caller: caller.From(ctx), Target: target, Inputs: inputs, Excluded: request.GetExcludedFields(), SinksOff: request.GetDisableSinks(),
	})
	if err != nil {
		return nil, err
	}
	outputs, err := rawOutputs(done)
	if err != nil {
		return nil, err
	}
	return &runnerinternalv1.ExecuteJSONResponse{Run: done.Name, Outputs: outputs}, nil
}

func targetOf(request *runnerinternalv1.ExecuteJSONRequest) (*sharinginternalv1.AuthorizeRunRequest, error) {
	out := &sharinginternalv1.AuthorizeRunRequest{Version: request.GetVersion(), RequestId: request.GetRequestId(), IgnoreUndeclared: true}
	switch target := request.GetTarget().(type) {
	case *runnerinternalv1.ExecuteJSONRequest_Workflow:
		out.Target = &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: target.Workflow}
	case *runnerinternalv1.ExecuteJSONRequest_Token:
		out.Target = &sharinginternalv1.AuthorizeRunRequest_Token{Token: target.Token}
	case *runnerinternalv1.ExecuteJSONRequest_Definition:
		definition, problems := workflow.Unwrap(target.Definition)
		if len(problems) > 0 {
			return nil, compiled.Invalid(problems)
		}
		out.Target = &sharinginternalv1.AuthorizeRunRequest_Definition{Definition: definition}
	default:
		return nil, errs.InvalidArgument("the request names nothing to run; set target")
	}
	return out, nil
}
