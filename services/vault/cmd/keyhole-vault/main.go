// Command keyhole-vault runs the vault by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/program"
	"github.com/keyhole-dev/keyhole/services/kit/redisx"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault"
	"github.com/keyhole-dev/keyhole/services/vault/migrations"
)

type settings struct {
	program.Settings

	DB              string   `help:"Database: postgres://... or sqlite:FILE." required:"" placeholder:"URL"`
	Redis           string   `help:"Redis of the service's own: redis://..., redis+cluster://..., or embedded: for a single replica." required:"" placeholder:"URL"`
	KEKFile         string   `name:"kek-file" help:"Key-encryption key, the same for all replicas; made at first start, mode 0600." required:"" type:"path" placeholder:"FILE"`
	OperatorKeyFile string   `help:"Where the first operator key is written, mode 0600, when the installation is made." required:"" type:"path" placeholder:"FILE"`
	GuestKeyRuns    int64    `help:"Runs that all visitors without a key have in a day together, when the installation is made; later the budget of the key guest." default:"200"`
	EgressAllow     []string `help:"Networks (10.0.0.0/8) and hosts with ports (ollama:11434) that steps may call although they are not public." placeholder:"WHERE"`
	FetchAllow      []string `help:"Where pictures, whose URL any visitor may give, may be fetched from although it is not public; as --egress-allow." placeholder:"WHERE"`
	EgressPlaintext bool     `help:"Let workflows call http:// at public addresses."`
	EgressCAFile    string   `name:"egress-ca-file" help:"PEM file of certificate authorities that providers may use, besides the machine's." type:"existingfile" placeholder:"FILE"`
}

func main() { program.Main("keyhole-vault", run) }

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-vault", "Keyhole's vault: keys, credentials, and every outbound call.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "vault", s.Settings, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	db, err := sqldb.Open(ctx, s.DB, migrations.Files, sqldb.Options{})
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	p.Defer(db.Close)
	redis, err := redisx.Open(ctx, s.Redis, "vault")
	if err != nil {
		return fmt.Errorf("open redis: %w", err)
	}
	p.Defer(redis.Close)
	service, err := vault.New(ctx, vault.Config{
		KEKFile: s.KEKFile, GuestRuns: s.GuestKeyRuns, EgressAllow: s.EgressAllow, FetchAllow: s.FetchAllow,
		EgressPlaintext: s.EgressPlaintext, EgressCAFile: s.EgressCAFile,
	}, vault.Deps{DB: db, Redis: redis, Identity: p.Identity, Verifier: p.Identity.Verifier(), Logger: p.Logger, Metrics: p.Registerer})
	if err != nil {
		return err
	}
	p.Defer(func() error { service.Close(); return nil })
	made, err := service.Bootstrap(ctx, vault.OperatorKeyFile(s.OperatorKeyFile))
	if err != nil {
		return err
	}
	if made {
		p.Logger.Info("operator key written", slog.String("file", s.OperatorKeyFile))
	}
	p.Readiness.Add("vault", service.Ready)
	p.Add("rights", service.Run)
	return p.Serve(ctx, service, service.Identify)
}
