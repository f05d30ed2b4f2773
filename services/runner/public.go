package runner

import (
	"context"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// ownRun has the common fields of both requests to run a workflow by name.
type ownRun interface {
	GetName() string
	GetVersion() int32
	GetRequestId() string
	GetDraft() bool
	GetDraftEtag() string
}

// sharedRun has the common fields of both requests to run through a link.
type sharedRun interface {
	GetToken() string
	GetRequestId() string
	GetDestinations() map[string]string
}

// RunWorkflow implements runnerv1.RunnerServiceServer.
func (p *public) RunWorkflow(ctx context.Context, request *runnerv1.RunWorkflowRequest) (*runnerv1.RunResponse, error) {
	return p.run(ctx, caller.From(ctx), own(request), &request.Inputs)
}

// RunSharedWorkflow implements runnerv1.RunnerServiceServer.
func (p *public) RunSharedWorkflow(ctx context.Context, request *runnerv1.RunSharedWorkflowRequest) (*runnerv1.RunResponse, error) {
	return p.run(ctx, caller.From(ctx), shared(request), &request.Inputs)
}

// RunWorkflowStream implements runnerv1.RunnerServiceServer.
func (p *public) RunWorkflowStream(request *runnerv1.RunWorkflowStreamRequest, events runEvents) error {
	return p.stream(caller.From(events.Context()), own(request), &request.Inputs, request.GetStepOutputs(), events)
}

// RunSharedWorkflowStream implements runnerv1.RunnerServiceServer.
func (p *public) RunSharedWorkflowStream(request *runnerv1.RunSharedWorkflowStreamRequest, events runEvents) error {
	return p.stream(caller.From(events.Context()), shared(request), &request.Inputs, false, events)
}

// StoreShareExample implements runnerv1.RunnerServiceServer.
func (p *public) StoreShareExample(ctx context.Context, request *runnerv1.StoreShareExampleRequest) (*runnerv1.RunResponse, error) {
	target := &sharinginternalv1.AuthorizeRunRequest{Target: &sharinginternalv1.AuthorizeRunRequest_Example{
		Example: &sharinginternalv1.ExampleTarget{Share: request.GetName(), Sample: request.GetSample()},
	}}
	return p.run(ctx, caller.From(ctx), target, &request.Credentials)
}

func own(request ownRun) *sharinginternalv1.AuthorizeRunRequest {
	return &sharinginternalv1.AuthorizeRunRequest{
		Target:  &sharinginternalv1.AuthorizeRunRequest_Workflow{Workflow: request.GetName()},
		Version: request.GetVersion(), RequestId: request.GetRequestId(),
		Draft: request.GetDraft(), DraftEtag: request.GetDraftEtag(),
	}
}

func shared(request sharedRun) *sharinginternalv1.AuthorizeRunRequest {
	return &sharinginternalv1.AuthorizeRunRequest{
		Target:    &sharinginternalv1.AuthorizeRunRequest_Token{Token: request.GetToken()},
		RequestId: request.GetRequestId(), Destinations: request.GetDestinations(),
	}
}

// run does a run for a caller and waits for its end.
func (p *public) run(ctx context.Context, by caller.Principal, target *sharinginternalv1.AuthorizeRunRequest, inputs *[]byte) (*runnerv1.RunResponse, error) {
	o, err := p.order(by, target, inputs)
	if err != nil {
		return nil, err
	}
	done, err := p.service.executor.Do(ctx, o)
	if err != nil {
		return nil, err
	}
	return runResponse(done)
}
