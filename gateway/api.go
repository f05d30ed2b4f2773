package gateway

import (
	"context"
	"fmt"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/keyhole-dev/keyhole/gateway/strict"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// newAPI is /v1: grpc-gateway over the dialled public faces.
func newAPI(ctx context.Context, deps Deps) (http.Handler, error) {
	opts := append(strict.Options(), headerOptions()...)
	opts = append(opts, runtime.WithStreamErrorHandler(handleStreamError))
	mux := runtime.NewServeMux(opts...)
	if err := vaultv1.RegisterVaultServiceHandlerClient(ctx, mux, vaultv1.NewVaultServiceClient(deps.Vault)); err != nil {
		return nil, fmt.Errorf("register vault: %w", err)
	}
	if err := sharingv1.RegisterSharingServiceHandlerClient(ctx, mux, sharingv1.NewSharingServiceClient(deps.Sharing)); err != nil {
		return nil, fmt.Errorf("register sharing: %w", err)
	}
	if err := registryv1.RegisterRegistryServiceHandlerClient(ctx, mux, registryv1.NewRegistryServiceClient(deps.Registry)); err != nil {
		return nil, fmt.Errorf("register registry: %w", err)
	}
	if err := runnerv1.RegisterRunnerServiceHandlerClient(ctx, mux, runnerv1.NewRunnerServiceClient(deps.Runner)); err != nil {
		return nil, fmt.Errorf("register runner: %w", err)
	}
	return mux, nil
}
