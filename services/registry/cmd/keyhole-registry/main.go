// Command keyhole-registry runs the model registry as a separate program.
package main

import (
	"context"
	"errors"
	"fmt"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// buckets

	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/program"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/modelworker"
	"github.com/keyhole-dev/keyhole/services/registry"
	"github.com/keyhole-dev/keyhole/services/registry/migrations"
)

type settings struct {
	program.Settings

	DB          string `help:"Database URL: postgres://... or sqlite:FILE." required:"" placeholder:"URL"`
	Blobs       string `help:"Bucket for models: file:///FOLDER or another gocloud.dev URL." required:"" placeholder:"URL"`
	PageKeyFile string `help:"File with the key that encrypts page tokens: at least 32 bytes, mode 0600. All replicas need the same key." required:"" type:"path" placeholder:"FILE"`
	Vault       string `help:"Address of the vault's internal endpoint." required:"" placeholder:"ADDR"`
	Worker      string `help:"Path of keyhole-model-worker (default: next to this program)." type:"path" placeholder:"FILE"`
	Workers     int    `name:"model-workers" help:"Maximum number of model workers (default: twice the number of processors). One workspace gets at most half of them." default:"0"`
	Scratch     string `help:"Folder for uploads while they are checked." type:"path" placeholder:"DIR"`
}

func main() { program.Main("keyhole-registry", run) }

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-registry", "Keyhole's model registry.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "registry", s.Settings, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	key, err := program.KeyFile(s.PageKeyFile)
	if err != nil {
		return err
	}
	db, err := sqldb.Open(ctx, s.DB, migrations.Files, sqldb.Options{})
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	p.Defer(db.Close)
	bucket, err := blob.OpenBucket(ctx, s.Blobs)
	if err != nil {
		return fmt.Errorf("open bucket: %w", err)
	}
	p.Defer(bucket.Close)
	workers, err := modelworker.New(modelworker.Config{Worker: s.Worker, Workers: s.Workers, Logger: p.Logger})
	if err != nil {
		return err
	}
	p.Defer(func() error { workers.Close(); return nil })
	vault, err := p.Dial("vault", s.Vault)
	if err != nil {
		return err
	}
	service, err := registry.New(registry.Config{PageKey: key, Scratch: s.Scratch}, registry.Deps{
		DB: db, Bucket: bucket, Workers: workers, Verifier: p.Identity.Verifier(), Logger: p.Logger,
	})
	if err != nil {
		return err
	}
	p.Defer(func() error { service.Close(); return nil })
	if err := service.Bootstrap(ctx); err != nil {
		return err
	}
	p.Readiness.Add("registry", service.Ready)
	p.Add("sweeper", service.Run)
	return p.Serve(ctx, service, rpc.Authenticator(vault, p.Identity.Verifier()))
}
