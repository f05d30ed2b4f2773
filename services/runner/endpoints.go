package runner

import (
	"google.golang.org/grpc"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
)

// public implements the endpoint for clients. A method without a handler does not compile.
type public struct {
	runnerv1.UnsafeRunnerServiceServer
	service *Service
}

// internal implements the endpoint for the gateway.
type internal struct {
	runnerinternalv1.UnsafeRunnerInternalServiceServer
	service *Service
}

// RegisterPublic registers the endpoint for clients.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) {
	runnerv1.RegisterRunnerServiceServer(r, &public{service: s})
}

// RegisterInternal registers the endpoint for the gateway.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	runnerinternalv1.RegisterRunnerInternalServiceServer(r, &internal{service: s})
}
