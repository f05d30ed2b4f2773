// Command keyhole runs all services in one process (serve), and is the client of
// any installation (everything else).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

type cli struct {
	Version kong.VersionFlag `help:"Print the version."`

	Serve      serveCmd      `cmd:"" help:"Run all services in one process."`
	Demo       demoCmd       `cmd:"" help:"The demonstration."`
	Certs      certsCmd      `cmd:"" help:"Make a development certificate authority and the services' certificates."`
	Whoami     whoamiCmd     `cmd:"" help:"Whose key is this, and what may it do."`
	Workspaces workspaceCmd  `cmd:"" name:"workspace" help:"Workspaces (operators)."`
	Keys       keyCmd        `cmd:"" name:"key" help:"Owner keys."`
	Credential credentialCmd `cmd:"" help:"Third-party credentials."`
	Model      modelCmd      `cmd:"" help:"Models."`
	Workflow   workflowCmd   `cmd:"" help:"Workflows."`
	Share      shareCmd      `cmd:"" help:"Shares: links to workflows."`
	Runs       runCmd        `cmd:"" name:"run" help:"Runs."`
	Usage      usageCmd      `cmd:"" help:"What was charged to your keys."`
	Audit      auditCmd      `cmd:"" help:"Who did what with keys and credentials."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(&app{ctx: ctx, out: os.Stdout, in: os.Stdin}, os.Args[1:]); err != nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(os.Stderr, "keyhole:", err)
		stop()
		os.Exit(1)
	}
}

func run(a *app, args []string) error {
	opts, err := config.Options("keyhole", "Share runnable AI workflows by link, without handing over your keys.", args)
	if err != nil {
		return err
	}
	var c cli
	parser, err := kong.New(&c, append(opts, kong.Bind(a), kong.Vars{"version": telemetry.Version()})...)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run(a)
}
