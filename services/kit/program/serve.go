package program

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Service is a service with a public and an internal endpoint.
type Service interface {
	RegisterPublic(grpc.ServiceRegistrar)
	RegisterInternal(grpc.ServiceRegistrar)
}

// callTimeout bounds a call. Calls include runs.
const callTimeout = 10 * time.Minute

// Authenticate returns the principal of a presented key.
type Authenticate func(context.Context, secret.Secret) (caller.Principal, error)

// Serve serves both endpoints and the admin listener until the program has to stop. It
// stops gracefully, client connections first.
func (p *Program) Serve(ctx context.Context, service Service, authenticate Authenticate) error {
	internal, err := p.endpoint(ctx, rpc.Internal, p.settings.Internal, nil, service.RegisterInternal)
	if err != nil {
		return err
	}
	public, err := p.endpoint(ctx, rpc.Public, p.settings.Public, authenticate, service.RegisterPublic)
	if err != nil {
		return err
	}
	admin, err := p.Admin(ctx)
	if err != nil {
		return err
	}
	parts := slices.Concat([]lifecycle.Component{admin}, p.parts, []lifecycle.Component{p.Certificates(), internal, public}, p.first)
	p.Logger.Info("serving", "public", p.settings.Public, "internal", p.settings.Internal, "admin", p.settings.Admin)
	return lifecycle.Run(ctx, p.Logger, p.Readiness, parts...)
}

// Certificates reloads the program's identity when its files change.
func (p *Program) Certificates() lifecycle.Component {
	return lifecycle.Component{Name: "certificates", Run: func(ctx context.Context) error { return p.Identity.Watch(ctx, p.Logger) }}
}

func (p *Program) endpoint(ctx context.Context, endpoint rpc.Endpoint, addr string, authenticate Authenticate, register func(grpc.ServiceRegistrar)) (lifecycle.Component, error) {
	server, err := rpc.NewServer(rpc.ServerConfig{
		Endpoint: endpoint, Identity: p.Identity, Authenticate: authenticate, VisitorKey: p.visitors,
		MaxDeadline: callTimeout, MaxStreamDeadline: callTimeout, StopTimeout: p.settings.Drain,
		Connections: p.settings.Connections, Logger: p.Logger, Tracer: p.Tracer, Meter: p.Meter,
	})
	if err != nil {
		return lifecycle.Component{}, err
	}
	register(server)
	if err := server.Check(); err != nil {
		return lifecycle.Component{}, err
	}
	lis, err := lifecycle.Listen(ctx, addr)
	if err != nil {
		return lifecycle.Component{}, err
	}
	p.Readiness.OnStop(server.Leave)
	name := map[rpc.Endpoint]string{rpc.Public: "public endpoint", rpc.Internal: "internal endpoint"}[endpoint]
	return lifecycle.Component{Name: name, Drain: p.settings.Drain, Run: func(ctx context.Context) error { return server.Serve(ctx, lis) }}, nil
}

// Admin serves metrics and readiness.
func (p *Program) Admin(ctx context.Context) (lifecycle.Component, error) {
	lis, err := lifecycle.Listen(ctx, p.settings.Admin)
	if err != nil {
		return lifecycle.Component{}, err
	}
	if err := p.Readiness.Measure(p.Meter); err != nil {
		return lifecycle.Component{}, errors.Join(err, lis.Close())
	}
	return lifecycle.Admin(lis, lifecycle.AdminConfig{Readiness: p.Readiness, Metrics: p.Metrics, Logger: p.Logger}), nil
}
