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

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/account"
	"github.com/keyhole-dev/keyhole/deploy/cli/activity"
	"github.com/keyhole-dev/keyhole/deploy/cli/credential"
	"github.com/keyhole-dev/keyhole/deploy/cli/model"
	"github.com/keyhole-dev/keyhole/deploy/cli/serve"
	"github.com/keyhole-dev/keyhole/deploy/cli/setup"
	"github.com/keyhole-dev/keyhole/deploy/cli/share"
	"github.com/keyhole-dev/keyhole/deploy/cli/workflow"
	"github.com/keyhole-dev/keyhole/services/kit/config"
)

// commands is the command line. kong reads it.
type commands struct {
	Version kong.VersionFlag `help:"Print the version."`

	Serve      serve.Command       `cmd:"" help:"Run all services in one process."`
	Demo       setup.Demo          `cmd:"" help:"Create the demo, or write its sample picture."`
	Certs      setup.Certs         `cmd:"" help:"Create a development certificate authority and certificates for the services."`
	Login      account.Login       `cmd:"" help:"Sign in: keep a session for later commands."`
	Logout     account.Logout      `cmd:"" help:"Sign out: end the session that login kept."`
	SignInLink account.SignInLink  `cmd:"" help:"Create a link that signs a browser in once, with your key."`
	Sessions   account.Sessions    `cmd:"" name:"session" help:"Show and end sessions."`
	Whoami     account.Whoami      `cmd:"" help:"Show your key's workspace, role and permissions."`
	Workspaces account.Workspaces  `cmd:"" name:"workspace" help:"Show and rename your workspace. Operators create and list workspaces."`
	SignUp     account.SignUp      `cmd:"" help:"Create a workspace of your own, where the operator allows it."`
	People     account.People      `cmd:"" name:"person" help:"Manage the people of your workspace."`
	Invitation account.Invitations `cmd:"" help:"Invite people, and accept an invitation."`
	Keys       account.Keys        `cmd:"" name:"key" help:"Manage API keys."`
	Credential credential.Commands `cmd:"" help:"Manage third-party credentials."`
	Model      model.Commands      `cmd:"" help:"Manage models."`
	Workflow   workflow.Commands   `cmd:"" help:"Manage and run workflows."`
	Block      workflow.Blocks     `cmd:"" help:"Show the blocks that workflows are made of."`
	Template   workflow.Templates  `cmd:"" help:"Show workflows to start from."`
	Share      share.Commands      `cmd:"" help:"Manage shares (links to workflows), and use the links of others."`
	Runs       activity.Runs       `cmd:"" name:"run" help:"Show runs."`
	Usage      activity.Usage      `cmd:"" help:"Show what was charged to your keys."`
	Audit      activity.Audit      `cmd:"" help:"Show who did what with keys and credentials."`
	Completion completionCmd       `cmd:"" help:"Print the completion script for a shell."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, &cli.App{Out: os.Stdout, In: os.Stdin}, os.Args[1:]); err != nil && !errors.Is(err, context.Canceled) {
		_, _ = fmt.Fprintln(os.Stderr, "keyhole:", err)
		stop()
		os.Exit(1)
	}
}

// run parses the command line and runs its command.
func run(ctx context.Context, a *cli.App, args []string) error {
	config.DropEmpty()
	var c commands
	parser, err := newParser(&c, a, args)
	if err != nil {
		return err
	}
	command, err := parser.Parse(withTokens(args))
	if err != nil {
		return err
	}
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run()
}
