package runner

import (
	"context"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
)

// ListTemplates implements runnerv1.RunnerServiceServer.
func (p *public) ListTemplates(context.Context, *runnerv1.ListTemplatesRequest) (*runnerv1.ListTemplatesResponse, error) {
	return p.service.templates.List(), nil
}

// GetTemplate implements runnerv1.RunnerServiceServer.
func (p *public) GetTemplate(_ context.Context, request *runnerv1.GetTemplateRequest) (*runnerv1.Template, error) {
	return p.service.templates.Get(request.GetName())
}
