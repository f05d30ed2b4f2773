package sharing

import (
	"google.golang.org/grpc"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/settings"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

// The embedded handlers need names of their own.
type (
	runHandlers      = ledger.Handlers
	workflowHandlers = workflows.Handlers
	shareHandlers    = settings.Handlers
)

// public is the endpoint for clients, internal the one for the runner.
type (
	public struct {
		sharingv1.UnsafeSharingServiceServer
		*Service
		*runHandlers
		workflowHandlers
		*shareHandlers
	}
	internal struct {
		sharinginternalv1.UnsafeSharingInternalServiceServer
		*Service
	}
)

// RegisterPublic adds the public endpoint to a server.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) {
	sharingv1.RegisterSharingServiceServer(r, public{Service: s, runHandlers: ledger.NewHandlers(s.ledger, s.pages), workflowHandlers: workflows.Handlers{Workflows: s.workflows}, shareHandlers: s.settings})
}

// RegisterInternal adds the internal endpoint to a server.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	sharinginternalv1.RegisterSharingInternalServiceServer(r, internal{Service: s})
}
