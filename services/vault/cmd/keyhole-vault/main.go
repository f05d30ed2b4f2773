// Command keyhole-vault runs the vault as a separate program.
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
	"github.com/keyhole-dev/keyhole/services/vault/envelope"
	"github.com/keyhole-dev/keyhole/services/vault/migrations"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

type settings struct {
	program.Settings

	DB              string   `help:"Database URL: postgres://... or sqlite:FILE." required:"" placeholder:"URL"`
	Redis           string   `help:"Redis URL of this service: redis://... or redis+cluster://..." required:"" placeholder:"URL"`
	KEKFile         string   `name:"kek-file" help:"File with the key-encryption key, mode 0600. All replicas need the same key. The first start creates it." required:"" type:"path" placeholder:"FILE"`
	OperatorKeyFile string   `help:"File that the first start writes the operator key to, mode 0600." required:"" type:"path" placeholder:"FILE"`
	GuestKeyRuns    int64    `help:"Runs per day for all guests together. It sets the budget of the key guest when the installation is created; afterwards, change that budget." default:"200"`
	Signup          bool     `help:"Let visitors create workspaces. Each gets as many runs as all guests together, as a limit of the operator."`
	EgressAllow     []string `help:"Private networks (10.0.0.0/8) and hosts with ports (ollama:11434) that steps may call." placeholder:"WHERE"`
	FetchAllow      []string `help:"Private networks and hosts, as in --egress-allow, that pictures may be fetched from. Any visitor can choose these URLs." placeholder:"WHERE"`
	EgressPlaintext bool     `help:"Allow workflows to call public addresses over plain http://."`
	EgressCAFile    string   `name:"egress-ca-file" help:"PEM file of certificate authorities to trust for providers and the identity provider, in addition to the system's." type:"existingfile" placeholder:"FILE"`

	OpenID openid.Settings `embed:"" prefix:"openid-"`
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
	kek, err := envelope.OpenFile(s.KEKFile)
	if err != nil {
		return err
	}
	service, err := vault.New(vault.Config{
		GuestRuns: s.GuestKeyRuns, SignUp: s.Signup, EgressAllow: s.EgressAllow, FetchAllow: s.FetchAllow,
		EgressPlaintext: s.EgressPlaintext, EgressCAFile: s.EgressCAFile, OpenID: s.OpenID,
	}, vault.Deps{DB: db, Redis: redis, KEK: kek, Identity: p.Identity, Verifier: p.Identity.Verifier(), Logger: p.Logger, Metrics: p.Registerer})
	if err != nil {
		return err
	}
	p.Defer(func() error { service.Close(); return nil })
	if err := service.Bootstrap(ctx); err != nil {
		return err
	}
	made, err := service.CreateOperatorKey(ctx, vault.OperatorKeyFile(s.OperatorKeyFile))
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
