package node

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// runTimeout bounds a call that runs a workflow.
const runTimeout = 10 * time.Minute

// registrar is a service with its two endpoints.
type registrar interface {
	RegisterPublic(grpc.ServiceRegistrar)
	RegisterInternal(grpc.ServiceRegistrar)
}

// openServers makes the servers: two for each service, and one of all public endpoints for
// gRPC clients.
func (n *Node) openServers(context.Context) error {
	visitors, err := KeyFile(filepath.Join(n.cfg.Data, "keys"), "visitors")
	if err != nil {
		return err
	}
	n.cfg.Gateway.VisitorKey = visitors
	services := map[string]registrar{"vault": n.vault, "registry": n.registry, "sharing": n.sharing, "runner": n.runner}
	for name, service := range services {
		for endpoint, kind := range map[string]rpc.Endpoint{"public": rpc.Public, "internal": rpc.Internal} {
			server, err := n.server(name, kind, visitors)
			if err != nil {
				return err
			}
			if kind == rpc.Public {
				service.RegisterPublic(server)
			} else {
				service.RegisterInternal(server)
			}
			n.servers[name+"/"+endpoint] = server
		}
	}
	return n.openClients(services, visitors)
}

func (n *Node) server(name string, endpoint rpc.Endpoint, visitors secret.Secret) (*rpc.Server, error) {
	id, err := n.identity(name)
	if err != nil {
		return nil, err
	}
	cfg := n.serverConfig(id, endpoint, visitors)
	cfg.Logger = n.tel.Logger.With("service", name)
	return rpc.NewServer(cfg)
}

func (n *Node) serverConfig(id *identity.Identity, endpoint rpc.Endpoint, visitors secret.Secret) rpc.ServerConfig {
	return rpc.ServerConfig{
		Endpoint: endpoint, Identity: id, VisitorKey: visitors, MaxDeadline: runTimeout, MaxStreamDeadline: runTimeout, StopTimeout: n.cfg.Drain, Connections: n.cfg.Gateway.Connections,
		Logger: n.tel.Logger, Tracer: n.tel.Tracer, Meter: n.tel.Meter,
	}
}

// openClients makes the server for gRPC clients. It authenticates keys at the vault, as
// the gateway does.
func (n *Node) openClients(services map[string]registrar, visitors secret.Secret) error {
	id, err := n.identity("gateway")
	if err != nil {
		return err
	}
	conn, err := n.dial("gateway", "vault/internal")
	if err != nil {
		return err
	}
	cfg := n.serverConfig(id, rpc.Public, visitors)
	cfg.Plaintext = true // the server refuses any address but loopback
	cfg.Authenticate = rpc.Authenticator(conn, id.Verifier())
	if n.clients, err = rpc.NewServer(cfg); err != nil {
		return err
	}
	for _, service := range services {
		service.RegisterPublic(n.clients)
	}
	return nil
}

func (n *Node) openGateway(ctx context.Context) error {
	conns := map[string]*grpc.ClientConn{}
	for _, pipe := range []string{"vault/public", "registry/public", "sharing/public", "runner/public", "vault/internal", "runner/internal"} {
		conn, err := n.dial("gateway", pipe)
		if err != nil {
			return err
		}
		conns[pipe] = conn
	}
	id, err := n.identity("gateway")
	if err != nil {
		return err
	}
	n.gateway, err = gateway.New(ctx, n.cfg.Gateway, gateway.Deps{
		Vault: conns["vault/public"], Registry: conns["registry/public"], Sharing: conns["sharing/public"], Runner: conns["runner/public"],
		VaultInternal: conns["vault/internal"], RunnerInternal: conns["runner/internal"], Verifier: id.Verifier(),
		Logger: n.tel.Logger.With("service", "gateway"), Tracer: n.tel.Tracer, Meter: n.tel.Meter,
		Ready: n.Ready,
	})
	return err
}

// Ready reports whether all services can do their work.
func (n *Node) Ready(ctx context.Context) error {
	var problems []string
	for name, check := range map[string]func(context.Context) error{
		"vault": n.vault.Ready, "sharing": n.sharing.Ready, "registry": n.registry.Ready, "runner": n.runner.Ready,
	} {
		if err := check(ctx); err != nil {
			problems = append(problems, name+": "+err.Error())
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("not ready: %s", strings.Join(problems, "; "))
	}
	return nil
}
