package runner

import (
	"context"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
)

// ListBlocks implements runnerv1.RunnerServiceServer.
func (p *public) ListBlocks(_ context.Context, request *runnerv1.ListBlocksRequest) (*runnerv1.ListBlocksResponse, error) {
	return p.service.catalogue.List(request)
}

// GetBlock implements runnerv1.RunnerServiceServer.
func (p *public) GetBlock(_ context.Context, request *runnerv1.GetBlockRequest) (*runnerv1.Block, error) {
	return p.service.catalogue.Get(request)
}
