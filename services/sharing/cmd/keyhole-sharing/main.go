// Command keyhole-sharing runs sharing by itself: workflows, shares, and the
// decision on whose behalf a run happens.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"google.golang.org/grpc"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/program"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing"
)

type settings struct {
	program.Settings

	DB          string `help:"Database: postgres://... or sqlite:FILE." required:"" placeholder:"URL"`
	Redis       string `help:"Redis: redis://..., redis+cluster://..., or embedded: for a single replica." required:"" placeholder:"URL"`
	LinkKeyFile string `help:"Key that all links are made with, the same for all replicas; 32 bytes or more, mode 0600." required:"" type:"path" placeholder:"FILE"`
	PublicURL   string `help:"Where visitors reach the installation; links begin with it." placeholder:"URL"`
	VisitorRuns int64  `help:"Runs that one visitor without a key has in a day." default:"50"`
	Vault       string `help:"Address of the vault's internal face." required:"" placeholder:"ADDR"`
	Registry    string `help:"Address of the registry's internal face." required:"" placeholder:"ADDR"`
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "keyhole-sharing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-sharing", "Keyhole's workflows, shares and ledger.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "sharing", s.Settings)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	deps, vault, err := s.deps(ctx, p)
	if err != nil {
		return err
	}
	key, err := program.KeyFile(s.LinkKeyFile)
	if err != nil {
		return err
	}
	service, err := sharing.New(ctx, sharing.Config{LinkKey: key, PublicURL: s.PublicURL, GuestRuns: s.VisitorRuns}, deps)
	if err != nil {
		return err
	}
	p.Add("sharing", service.Run)
	return p.Serve(ctx, service, rpc.Authenticator(vault, p.Identity.Verifier()))
}

// deps opens what the service needs, and the vault's face that knows keys.
func (s *settings) deps(ctx context.Context, p *program.Program) (sharing.Deps, *grpc.ClientConn, error) {
	deps := sharing.Deps{Identity: p.Identity, Logger: p.Logger}
	var err error
	if deps.DB, err = sqldb.Open(ctx, s.DB, sharing.Migrations(), sqldb.Options{}); err != nil {
		return deps, nil, fmt.Errorf("open database: %w", err)
	}
	p.Later(deps.DB.Close)
	p.Readiness.Add("database", deps.DB.Ping)
	if deps.Redis, err = redisx.Open(ctx, s.Redis, "sharing", redisx.WithTracing(p.Tracer)); err != nil {
		return deps, nil, fmt.Errorf("open redis: %w", err)
	}
	p.Later(deps.Redis.Close)
	p.Readiness.Add("redis", func(ctx context.Context) error { return deps.Redis.Ping(ctx).Err() })
	vault, err := p.Dial("vault", s.Vault)
	if err != nil {
		return deps, nil, err
	}
	registry, err := p.Dial("registry", s.Registry)
	if err != nil {
		return deps, nil, err
	}
	deps.Vault = vaultinternalv1.NewVaultInternalServiceClient(vault)
	deps.Registry = registryinternalv1.NewRegistryInternalServiceClient(registry)
	return deps, vault, nil
}
