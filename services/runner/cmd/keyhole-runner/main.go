// Command keyhole-runner runs the runner as a separate program.
package main

import (
	"context"
	"errors"
	"time"

	registryinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/program"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/runner"
)

type settings struct {
	program.Settings

	Sharing  string        `help:"Address of sharing's internal endpoint." required:"" placeholder:"ADDR"`
	Vault    string        `help:"Address of the vault's internal endpoint." required:"" placeholder:"ADDR"`
	Registry string        `help:"Address of the registry's internal endpoint." required:"" placeholder:"ADDR"`
	ModelDir string        `help:"Cache folder for models. The runner empties it at start." required:"" type:"path" placeholder:"DIR"`
	Worker   string        `help:"Path of keyhole-model-worker; next to this program by default." type:"path" placeholder:"FILE"`
	Workers  int           `name:"model-workers" help:"Maximum number of model workers (default: twice the number of processors). One workspace gets at most half of them." default:"0"`
	Runs     int           `help:"Maximum number of concurrent runs. One workspace gets at most half of them." default:"128"`
	RunTime  time.Duration `help:"Maximum duration of a run." default:"5m"`
}

func main() { program.Main("keyhole-runner", run) }

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-runner", "Keyhole's runner: executes workflows.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "runner", s.Settings, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	sharing, err := p.Dial("sharing", s.Sharing)
	if err != nil {
		return err
	}
	vault, err := p.Dial("vault", s.Vault)
	if err != nil {
		return err
	}
	registry, err := p.Dial("registry", s.Registry)
	if err != nil {
		return err
	}
	workers, err := modelworker.New(modelworker.Config{Worker: s.Worker, Workers: s.Workers, Logger: p.Logger})
	if err != nil {
		return err
	}
	p.Defer(func() error { workers.Close(); return nil })
	service, err := runner.New(runner.Config{ModelDir: s.ModelDir, Runs: s.Runs, RunTime: s.RunTime}, runner.Deps{
		Sharing: sharinginternalv1.NewSharingInternalServiceClient(sharing), Vault: vaultinternalv1.NewVaultInternalServiceClient(vault),
		Registry: registryinternalv1.NewRegistryInternalServiceClient(registry), Workers: workers, Logger: p.Logger,
	})
	if err != nil {
		return err
	}
	p.Defer(func() error { service.Close(); return nil })
	if err := service.Bootstrap(ctx); err != nil {
		return err
	}
	p.Readiness.Add("runner", service.Ready)
	p.Add("runs", service.Run)
	return p.Serve(ctx, service, rpc.Authenticator(vault, p.Identity.Verifier()))
}
