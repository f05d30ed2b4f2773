// Command keyhole runs all services in one process (serve), and is the client of
// any installation (everything else).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

type cli struct {
	Version kong.VersionFlag `help:"Print the version."`

	Serve      serveCmd      `cmd:"" help:"Run all services in one process."`
	Demo       demoCmd       `cmd:"" help:"Create and try the demo."`
	Certs      certsCmd      `cmd:"" help:"Create a development certificate authority and certificates for the services."`
	Login      loginCmd      `cmd:"" help:"Sign in: keep a session for later commands."`
	Logout     logoutCmd     `cmd:"" help:"Sign out: end the session that login kept."`
	SignInLink signInLinkCmd `cmd:"" help:"Create a link that signs a browser in once, with your key."`
	Sessions   sessionCmd    `cmd:"" name:"session" help:"Show and end sessions."`
	Whoami     whoamiCmd     `cmd:"" help:"Show your key's workspace, role and permissions."`
	Workspaces workspaceCmd  `cmd:"" name:"workspace" help:"Manage workspaces (operators only)."`
	SignUp     signUpCmd     `cmd:"" help:"Create a workspace of your own, where the operator allows it."`
	People     personCmd     `cmd:"" name:"person" help:"Manage the people of your workspace."`
	Invitation invitationCmd `cmd:"" help:"Invite people, and accept an invitation."`
	Keys       keyCmd        `cmd:"" name:"key" help:"Manage API keys."`
	Credential credentialCmd `cmd:"" help:"Manage third-party credentials."`
	Model      modelCmd      `cmd:"" help:"Manage models."`
	Workflow   workflowCmd   `cmd:"" help:"Manage and run workflows."`
	Block      blockCmd      `cmd:"" help:"Show the blocks that workflows are made of."`
	Template   templateCmd   `cmd:"" help:"Show workflows to start from."`
	Share      shareCmd      `cmd:"" help:"Manage shares (links to workflows), and use the links of others."`
	Runs       runCmd        `cmd:"" name:"run" help:"Show runs."`
	Usage      usageCmd      `cmd:"" help:"Show what was charged to your keys."`
	Audit      auditCmd      `cmd:"" help:"Show who did what with keys and credentials."`
	Completion completionCmd `cmd:"" help:"Print the completion script for a shell."`
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
	config.DropEmpty()
	var c cli
	parser, err := newParser(&c, a, args)
	if err != nil {
		return err
	}
	command, err := parser.Parse(withTokens(args))
	if err != nil {
		return err
	}
	return command.Run(a)
}

// newParser returns the parser of the command line. Only serve has settings with variables
// and a file. A client flag has only the variable that it names, so that a variable set for
// a server has no effect on a client on the same machine.
func newParser(c *cli, a *app, args []string) (*kong.Kong, error) {
	const about = "Share runnable AI workflows by link, without handing over your keys."
	opts := []kong.Option{kong.Name("keyhole"), kong.Description(about), kong.UsageOnError()}
	if serves(args) {
		settings, err := config.Options("keyhole", about, args)
		if err != nil {
			return nil, err
		}
		opts = append([]kong.Option{kong.PostBuild(withoutVariables)}, settings...)
	}
	return kong.New(c, append(opts, kong.Bind(a), kong.Vars{"version": telemetry.Version})...)
}

// likeAFlag matches a token that starts like a flag, as one in 64 does.
var likeAFlag = regexp.MustCompile(`^-[A-Za-z0-9_-]{31}$`)

// withTokens replaces such a token by the path of its link, which cannot be mistaken for a
// flag.
func withTokens(args []string) []string {
	out := slices.Clone(args)
	for i, arg := range out {
		if likeAFlag.MatchString(arg) && !strings.HasPrefix(arg, "--") {
			out[i] = "/s/" + arg
		}
	}
	return out
}

// serves reports whether the command is serve. The command is the first argument that is
// not a flag.
func serves(args []string) bool {
	i := slices.IndexFunc(args, func(arg string) bool { return !strings.HasPrefix(arg, "-") })
	return i >= 0 && args[i] == "serve"
}

// withoutVariables stops kong from giving a variable to each flag outside of serve. "-" is
// kong's value for none.
func withoutVariables(k *kong.Kong) error {
	return kong.Visit(k.Model.Node, func(v kong.Visitable, next kong.Next) error {
		node, ok := v.(*kong.Node)
		if !ok || node.Name == "serve" {
			return nil
		}
		for _, flag := range node.Flags {
			if len(flag.Envs) == 0 && flag.Name != "help" {
				flag.Envs = []string{"-"}
			}
		}
		return next(nil)
	})
}
