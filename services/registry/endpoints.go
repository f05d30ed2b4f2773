package registry

import (
	"google.golang.org/grpc"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	"github.com/keyhole-dev/keyhole/services/registry/artifacts"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

type (
	modelHandlers            = models.Handlers
	artifactHandlers         = artifacts.Handlers
	internalModelHandlers    = models.InternalHandlers
	internalArtifactHandlers = artifacts.InternalHandlers
)

// public implements the endpoint for clients. A method without a handler does not compile.
type public struct {
	registryv1.UnsafeRegistryServiceServer
	*modelHandlers
	*artifactHandlers
}

// internal implements the endpoint for other services.
type internal struct {
	registryinternalv1.UnsafeRegistryInternalServiceServer
	*internalModelHandlers
	*internalArtifactHandlers
}

// RegisterPublic registers the endpoint for clients.
func (s *Service) RegisterPublic(r grpc.ServiceRegistrar) {
	registryv1.RegisterRegistryServiceServer(r, s.public)
}

// RegisterInternal registers the endpoint for other services.
func (s *Service) RegisterInternal(r grpc.ServiceRegistrar) {
	registryinternalv1.RegisterRegistryInternalServiceServer(r, s.internal)
}
