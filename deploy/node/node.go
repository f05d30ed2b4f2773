package node

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/keyhole-dev/keyhole/gateway"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
	"github.com/keyhole-dev/keyhole/services/registry"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/sharing"
	"github.com/keyhole-dev/keyhole/services/vault"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

// Config has the settings of an operator, for all services together.
type Config struct {
	// Data is the data directory.
	Data string
	// PublicURL is the URL of the installation for visitors, and the prefix of links.
	PublicURL string
	// EgressAllow, FetchAllow, EgressPlaintext and EgressCAFile: see vault.Config.
	EgressAllow     []string
	FetchAllow      []string
	EgressPlaintext bool
	EgressCAFile    string
	// GuestRuns, GuestPictures and PreviewCalls: see sharing.Config.
	GuestRuns     int64
	GuestPictures int64
	PreviewCalls  int32
	// GuestKeyRuns is vault.Config.GuestRuns: the runs of all guests together.
	GuestKeyRuns int64
	// SignUp is vault.Config.SignUp: visitors may create workspaces.
	SignUp bool
	// OpenID is vault.Config.OpenID: the identity provider.
	OpenID openid.Settings
	// SharingDB, VaultDB and RegistryDB are database URLs; empty means SQLite in
	// the data folder.
	SharingDB, VaultDB, RegistryDB string
	// SharingRedis and VaultRedis are Redis URLs; empty means embedded ones.
	SharingRedis, VaultRedis string
	// Blobs is the URL of the bucket for models; empty means a folder of the data
	// folder.
	Blobs string
	// Worker is the path of keyhole-model-worker; empty means next to the program.
	Worker string
	// ModelWorkers and Runs bound the model workers and the runs at the same time; 0 is
	// the default of modelworker.Config and runner.Config.
	ModelWorkers, Runs int
	// Drain is how long calls in progress may take after a stop; 0 means 10 s.
	Drain time.Duration
	// Gateway configures the HTTP edge.
	Gateway gateway.Config
}

// Node has the running services. The caller closes it.
type Node struct {
	cfg       Config
	tel       *telemetry.Telemetry
	authority *identity.Authority
	pipes     map[string]*rpc.Pipe // "vault/public" ...
	stores    *stores
	vault     *vault.Service
	sharing   *sharing.Service
	registry  *registry.Service
	runner    *runner.Service
	gateway   *gateway.Gateway
	clients   *rpc.Server
	servers   map[string]*rpc.Server // by pipe
	closers   lifecycle.Closers
	// OperatorKey is the key that the first start creates; empty on later starts.
	OperatorKey string
}

// names of the services, in start order. No service calls one that has not started yet.
var names = []string{"vault", "registry", "sharing", "runner"}

// Open opens everything but does not serve. Run its Components to serve.
func Open(ctx context.Context, cfg Config, tel *telemetry.Telemetry) (*Node, error) {
	n := &Node{cfg: cfg, tel: tel, pipes: map[string]*rpc.Pipe{}, servers: map[string]*rpc.Server{}}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func (n *Node) open(ctx context.Context) error {
	for _, dir := range []string{"", "keys", "blobs", "cache", "scratch"} {
		if err := os.MkdirAll(filepath.Join(n.cfg.Data, dir), 0o700); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
	}
	var err error
	if n.authority, err = identity.NewAuthority(); err != nil {
		return fmt.Errorf("make identities: %w", err)
	}
	for _, name := range names {
		n.pipes[name+"/public"], n.pipes[name+"/internal"] = rpc.NewPipe(), rpc.NewPipe()
	}
	for _, step := range []func(context.Context) error{
		n.openStores, n.openVault, n.openRegistry, n.openSharing, n.openRunner, n.openServers, n.openGateway,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Close closes what Open opened, in reverse order.
func (n *Node) Close() error { return n.closers.Close() }

// Gateway returns the HTTP handler.
func (n *Node) Gateway() *gateway.Gateway { return n.gateway }

// SignInLink makes the path of a link that signs in once with a key. The operator of the process is the authority.
func (n *Node) SignInLink(ctx context.Context, key string) (string, error) {
	return n.vault.SignInLink(ctx, key)
}

// Clients returns the gRPC server of all public endpoints, for a separate listener.
func (n *Node) Clients() *rpc.Server { return n.clients }

// Components returns the parts to run, in start order; they stop in reverse order. Add
// listeners for clients after them, so that the listeners stop first and calls in progress
// still reach the services.
func (n *Node) Components() []lifecycle.Component {
	var parts []lifecycle.Component
	for _, name := range names {
		for _, endpoint := range []string{"/internal", "/public"} {
			server, pipe := n.servers[name+endpoint], n.pipes[name+endpoint]
			parts = append(parts, lifecycle.Component{Name: name + endpoint, Drain: n.cfg.Drain, Run: func(ctx context.Context) error {
				return server.Serve(ctx, pipe.Listener())
			}})
		}
	}
	return append(parts,
		lifecycle.Component{Name: "vault", Run: n.vault.Run},
		lifecycle.Component{Name: "registry", Run: n.registry.Run},
		lifecycle.Component{Name: "sharing", Run: n.sharing.Run},
		lifecycle.Component{Name: "runner", Run: n.runner.Run})
}

// EndWatches ends the streams of those who watch a link, for which a stop would wait.
func (n *Node) EndWatches() { n.sharing.EndWatches() }
