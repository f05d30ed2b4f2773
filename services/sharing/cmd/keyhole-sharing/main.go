// Command keyhole-sharing runs the sharing service as a separate program.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/program"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing"
	"github.com/keyhole-dev/keyhole/services/sharing/migrations"
)

type settings struct {
	program.Settings

	DB            string        `help:"Database URL: postgres://... or sqlite:FILE." required:"" placeholder:"URL"`
	Redis         string        `help:"Redis URL of this service: redis://... or redis+cluster://..." required:"" placeholder:"URL"`
	LinkKeyFile   string        `help:"File with the link key: at least 32 bytes, mode 0600. All replicas need the same key. Losing it breaks every existing link." required:"" type:"path" placeholder:"FILE"`
	PublicURL     string        `name:"public-url" help:"URL of this installation for visitors, such as https://keyhole.example." placeholder:"URL"`
	Vault         string        `help:"Address of the vault's internal endpoint." required:"" placeholder:"ADDR"`
	Registry      string        `help:"Address of the registry's internal endpoint." required:"" placeholder:"ADDR"`
	GuestPictures int64         `help:"Pictures per day for each guest. 0 means ten for each run." default:"0"`
	GuestRuns     int64         `help:"Runs per day for each guest. A negative number means no separate limit." default:"50"`
	PreviewCalls  int32         `help:"Calls with the owner's hidden credentials that each step of a run through a link may make." default:"20"`
	RunTimeout    time.Duration `help:"Maximum duration of a run." default:"5m"`
}

func main() { program.Main("keyhole-sharing", run) }

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-sharing", "Keyhole's sharing service: workflows, links, runs and their charges.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "sharing", s.Settings, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	key, err := program.KeyFile(s.LinkKeyFile)
	if err != nil {
		return err
	}
	db, err := sqldb.Open(ctx, s.DB, migrations.Files, sqldb.Options{})
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	p.Defer(db.Close)
	redis, err := redisx.Open(ctx, s.Redis, "sharing")
	if err != nil {
		return fmt.Errorf("open redis: %w", err)
	}
	p.Defer(redis.Close)
	vault, err := p.Dial("vault", s.Vault)
	if err != nil {
		return err
	}
	registry, err := p.Dial("registry", s.Registry)
	if err != nil {
		return err
	}
	service, err := sharing.New(sharing.Config{
		LinkKey: key, PublicURL: s.PublicURL, GuestRuns: s.GuestRuns, GuestPictures: s.GuestPictures,
		PreviewCalls: s.PreviewCalls, RunTimeout: s.RunTimeout,
	}, sharing.Deps{
		DB: db, Redis: redis, Vault: vaultinternalv1.NewVaultInternalServiceClient(vault),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(registry), Identity: p.Identity, Logger: p.Logger,
	})
	if err != nil {
		return err
	}
	p.Defer(func() error { service.Close(); return nil })
	if err := service.Bootstrap(ctx); err != nil {
		return err
	}
	p.Readiness.Add("sharing", service.Ready)
	p.Add("sweeper", service.Run)
	p.OnStop("watches", service.EndWatches)
	return p.Serve(ctx, service, rpc.Authenticator(vault, p.Identity.Verifier()))
}
