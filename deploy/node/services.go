package node

import (
	"context"
	"fmt"
	"path/filepath"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/services/kit/secret"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/registry"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/sharing"
	"github.com/keyhole-dev/keyhole/services/vault"
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
)

func (n *Node) identity(service string) (*identity.Identity, error) {
	id, err := n.authority.Issue(service)
	if err != nil {
		return nil, fmt.Errorf("issue identity of %s: %w", service, err)
	}
	return id, nil
}

// dial connects a service to a pipe under its own identity.
func (n *Node) dial(from, pipe string) (*grpc.ClientConn, error) {
	conn, err := rpc.Dial(pipe, rpc.ClientConfig{Pipe: n.pipes[pipe].As(from), Tracer: n.tel.Tracer, Meter: n.tel.Meter})
	if err != nil {
		return nil, fmt.Errorf("dial %s: %w", pipe, err)
	}
	n.closers.Defer(conn.Close)
	return conn, nil
}

func (n *Node) openVault(ctx context.Context) error {
	id, err := n.identity("vault")
	if err != nil {
		return err
	}
	kek, err := envelope.OpenFile(filepath.Join(n.cfg.Data, "keys", "kek"))
	if err != nil {
		return err
	}
	n.vault, err = vault.New(vault.Config{
		GuestRuns: n.cfg.GuestKeyRuns, SignUp: n.cfg.SignUp, EgressAllow: n.cfg.EgressAllow, FetchAllow: n.cfg.FetchAllow,
		EgressPlaintext: n.cfg.EgressPlaintext, EgressCAFile: n.cfg.EgressCAFile, OpenID: n.cfg.OpenID,
	}, vault.Deps{
		DB: n.stores.vault, Redis: n.stores.vaultRedis, KEK: kek, Identity: id, Verifier: id.Verifier(),
		Logger: n.tel.Logger.With("service", "vault"), Metrics: n.tel.Registerer,
	})
	if err != nil {
		return err
	}
	if err := n.vault.Bootstrap(ctx); err != nil {
		return err
	}
	return n.createOperatorKey(ctx)
}

func (n *Node) openRegistry(ctx context.Context) error {
	id, err := n.identity("registry")
	if err != nil {
		return err
	}
	key, err := KeyFile(filepath.Join(n.cfg.Data, "keys"), "pages")
	if err != nil {
		return err
	}
	workers, err := n.workers()
	if err != nil {
		return err
	}
	n.registry, err = registry.New(registry.Config{PageKey: key, Scratch: filepath.Join(n.cfg.Data, "scratch")}, registry.Deps{
		DB: n.stores.registry, Bucket: n.stores.blobs, Workers: workers, Verifier: id.Verifier(), Logger: n.tel.Logger.With("service", "registry"),
	})
	if err != nil {
		return err
	}
	return n.registry.Bootstrap(ctx)
}

// workers returns a pool of model workers, which starts none before a model is needed.
func (n *Node) workers() (*modelworker.Pool, error) {
	pool, err := modelworker.New(modelworker.Config{Worker: n.cfg.Worker, Workers: n.cfg.ModelWorkers, Logger: n.tel.Logger})
	if err != nil {
		return nil, err
	}
	n.closers.Defer(func() error { pool.Close(); return nil })
	return pool, nil
}

func (n *Node) openSharing(ctx context.Context) error {
	id, err := n.identity("sharing")
	if err != nil {
		return err
	}
	key, err := KeyFile(filepath.Join(n.cfg.Data, "keys"), "links")
	if err != nil {
		return err
	}
	toVault, err := n.dial("sharing", "vault/internal")
	if err != nil {
		return err
	}
	toRegistry, err := n.dial("sharing", "registry/internal")
	if err != nil {
		return err
	}
	n.sharing, err = sharing.New(sharing.Config{
		LinkKey: key, PublicURL: n.cfg.PublicURL, GuestRuns: n.cfg.GuestRuns, GuestPictures: n.cfg.GuestPictures, PreviewCalls: n.cfg.PreviewCalls,
	}, sharing.Deps{
		DB: n.stores.sharing, Redis: n.stores.sharingRedis, Identity: id, Logger: n.tel.Logger.With("service", "sharing"),
		Vault:    vaultinternalv1.NewVaultInternalServiceClient(toVault),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(toRegistry),
	})
	if err != nil {
		return err
	}
	return n.sharing.Bootstrap(ctx)
}

func (n *Node) openRunner(ctx context.Context) error {
	conns := map[string]*grpc.ClientConn{}
	for _, to := range []string{"sharing", "vault", "registry"} {
		conn, err := n.dial("runner", to+"/internal")
		if err != nil {
			return err
		}
		conns[to] = conn
	}
	workers, err := n.workers()
	if err != nil {
		return err
	}
	n.runner, err = runner.New(runner.Config{ModelDir: filepath.Join(n.cfg.Data, "cache"), Runs: n.cfg.Runs}, runner.Deps{
		Sharing:  sharinginternalv1.NewSharingInternalServiceClient(conns["sharing"]),
		Vault:    vaultinternalv1.NewVaultInternalServiceClient(conns["vault"]),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(conns["registry"]),
		Workers:  workers, Logger: n.tel.Logger.With("service", "runner"),
	})
	if err != nil {
		return err
	}
	return n.runner.Bootstrap(ctx)
}

// createOperatorKey writes the first operator key into the data folder.
func (n *Node) createOperatorKey(ctx context.Context) error {
	path := filepath.Join(n.cfg.Data, "operator.key")
	_, err := n.vault.CreateOperatorKey(ctx, func(key secret.Secret) error {
		n.OperatorKey = string(key.Expose())
		return writePrivate(path, append(key.Expose(), '\n'))
	})
	if err != nil {
		return fmt.Errorf("make operator key: %w", err)
	}
	return nil
}
