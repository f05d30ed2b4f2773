package sharing

import (
	"google.golang.org/grpc"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing/ledger"
	"github.com/keyhole-dev/keyhole/services/sharing/reports"
	"github.com/keyhole-dev/keyhole/services/sharing/runs"
	"github.com/keyhole-dev/keyhole/services/sharing/settings"
	"github.com/keyhole-dev/keyhole/services/sharing/usage"
	"github.com/keyhole-dev/keyhole/services/sharing/visitor"
	"github.com/keyhole-dev/keyhole/services/sharing/workflows"
)

type (
	workflowHandlers = workflows.Handlers
	shareHandlers    = settings.Handlers
	visitorHandlers  = visitor.Handlers
	ledgerHandlers   = ledger.Handlers
	usageHandlers    = usage.Handlers
	reportHandlers   = reports.Handlers
	runHandlers      = runs.Handlers
)

// public implements the endpoint for clients. A method without a handler does not compile.
type public struct {
	sharingv1.UnsafeSharingServiceServer
	*workflowHandlers
	*shareHandlers
	*visitorHandlers
	*ledgerHandlers
	*usageHandlers
	*reportHandlers
}

// internal implements the endpoint for the runner.
type internal struct {
	sharinginternalv1.UnsafeSharingInternalServiceServer
	*runHandlers
}

// RegisterPublic registers the endpoint for clients.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) {
	sharingv1.RegisterSharingServiceServer(r, s.public)
}

// RegisterInternal registers the endpoint for the runner.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	sharinginternalv1.RegisterSharingInternalServiceServer(r, s.internal)
}
