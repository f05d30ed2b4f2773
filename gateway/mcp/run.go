package mcp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// handlerOf runs a link as the caller of the request. The run ends with the request, with the
// call, and when its client cancels it.
func (h *Handler) handlerOf(x *exchange, token string, view *sharingv1.SharedWorkflow) sdk.ToolHandler {
	return func(ctx context.Context, call *sdk.CallToolRequest) (*sdk.CallToolResult, error) {
		run, err := requestOf(token, view.GetInterface().GetInputs(), call.Params.Arguments, x.credentials)
		if err != nil {
			return refused(err), nil
		}
		as, cancel := context.WithCancel(x.as)
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		defer h.calls.begin(x.key(x.message.ID), cancel)()
		finished, err := h.follow(as, run, &progress{call: call, ctx: ctx, total: steps(view)})
		if err != nil {
			return refused(err), nil
		}
		return resultOf(finished)
	}
}

// follow reads the events of a run until it has finished.
func (h *Handler) follow(ctx context.Context, run *runnerv1.RunSharedWorkflowStreamRequest, tell *progress) (*runnerv1.RunResponse, error) {
	stream, err := h.Runner.RunSharedWorkflowStream(ctx, run)
	if err != nil {
		return nil, err
	}
	for {
		event, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errs.Unavailable("the run ended without a result; try again")
		case err != nil:
			return nil, err
		case event.GetFinished() != nil:
			return event.GetFinished(), nil
		case event.GetStep() != nil:
			tell.step(event.GetStep())
		}
	}
}

// refused is a result that says why there is none. A model can read it, and do better.
func refused(err error) *sdk.CallToolResult {
	e := errs.From(err)
	text := e.Message() + " (" + strings.TrimPrefix(e.Reason().String(), "REASON_") + ")"
	return &sdk.CallToolResult{IsError: true, Content: []sdk.Content{&sdk.TextContent{Text: text}}}
}

func steps(view *sharingv1.SharedWorkflow) (n int) {
	for _, node := range view.GetGraph().GetNodes() {
		if strings.HasPrefix(node.GetId(), "steps.") {
			n++
		}
	}
	return n
}

// progress tells the client which steps have ended, if it asks for that.
type progress struct {
	call  *sdk.CallToolRequest
	ctx   context.Context //nolint:containedctx // that of the call, which finds its stream
	done  int
	total int
}

func (p *progress) step(s *runnerv1.StepProgress) {
	token := p.call.Params.GetProgressToken()
	if s.GetState() == "started" || token == nil {
		return
	}
	p.done++
	_ = p.call.Session.NotifyProgress(p.ctx, &sdk.ProgressNotificationParams{ // the result matters, not its progress
		ProgressToken: token, Progress: float64(p.done), Total: float64(max(p.total, p.done)), Message: s.GetStep() + " " + s.GetState(),
	})
}

// resultOf is the outputs as JSON, and their pictures as images.
func resultOf(finished *runnerv1.RunResponse) (*sdk.CallToolResult, error) {
	var out result
	elements, err := out.read(finished.GetOutputs())
	if err != nil {
		return nil, err
	}
	var whole any = map[string]any{"outputs": elements}
	raw, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	content := append([]sdk.Content{&sdk.TextContent{Text: string(raw)}}, out.pictures...)
	return &sdk.CallToolResult{Content: content, Meta: sdk.Meta{"keyhole.dev/run": finished.GetRun()}}, nil
}
