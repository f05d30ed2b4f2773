package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/strict"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// Clients are connections to the public endpoints of the services.
type Clients struct {
	Vault, Sharing, Registry, Runner grpc.ClientConnInterface
}

// newMux translates JSON over HTTP to the services.
func newMux(ctx context.Context, to Clients) (http.Handler, error) {
	opts := append(strict.Options(), headerOptions()...)
	opts = append(opts, runtime.WithStreamErrorHandler(handleStreamError))
	mux := runtime.NewServeMux(opts...)
	if err := vaultv1.RegisterVaultServiceHandlerClient(ctx, mux, vaultv1.NewVaultServiceClient(to.Vault)); err != nil {
		return nil, fmt.Errorf("register vault: %w", err)
	}
	if err := sharingv1.RegisterSharingServiceHandlerClient(ctx, mux, sharingv1.NewSharingServiceClient(to.Sharing)); err != nil {
		return nil, fmt.Errorf("register sharing: %w", err)
	}
	if err := registryv1.RegisterRegistryServiceHandlerClient(ctx, mux, registryv1.NewRegistryServiceClient(to.Registry)); err != nil {
		return nil, fmt.Errorf("register registry: %w", err)
	}
	if err := runnerv1.RegisterRunnerServiceHandlerClient(ctx, mux, runnerv1.NewRunnerServiceClient(to.Runner)); err != nil {
		return nil, fmt.Errorf("register runner: %w", err)
	}
	return mux, nil
}
