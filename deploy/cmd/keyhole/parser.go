package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/account"
	"github.com/keyhole-dev/keyhole/deploy/cli/activity"
	"github.com/keyhole-dev/keyhole/deploy/cli/credential"
	"github.com/keyhole-dev/keyhole/deploy/cli/model"
	"github.com/keyhole-dev/keyhole/deploy/cli/oversight"
	"github.com/keyhole-dev/keyhole/deploy/cli/serve"
	"github.com/keyhole-dev/keyhole/deploy/cli/setup"
	"github.com/keyhole-dev/keyhole/deploy/cli/share"
	"github.com/keyhole-dev/keyhole/deploy/cli/workflow"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

// newParser returns the parser of the command line. Only serve has settings with variables
// and a file. A client flag has only the variable that it names, so that a variable set for
// a server has no effect on a client on the same machine.
func newParser(c *commands, a *cli.App, args []string) (*kong.Kong, error) {
	const about = "Share runnable AI workflows by link, without handing over your keys."
	opts := []kong.Option{kong.Name("keyhole"), kong.Description(about), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true})}
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

// commands is the command line. kong reads it.
type commands struct {
	Version kong.VersionFlag `help:"Print the version."`

	Serve      serve.Command         `cmd:"" help:"Run all services in one process."`
	Demo       setup.Demo            `cmd:"" help:"Create the demo, or write its sample picture."`
	Certs      setup.Certs           `cmd:"" help:"Create a development certificate authority and certificates for the services."`
	Login      account.Login         `cmd:"" help:"Sign in: keep a session for later commands."`
	Logout     account.Logout        `cmd:"" help:"Sign out: end the session that login kept."`
	SignInLink account.SignInLink    `cmd:"" help:"Create a link that signs a browser in once, with your key."`
	Sessions   account.Sessions      `cmd:"" name:"session" help:"Show and end sessions."`
	Whoami     account.Whoami        `cmd:"" help:"Show your key's workspace, role and permissions."`
	Workspaces account.Workspaces    `cmd:"" name:"workspace" help:"Show and rename your workspace. Operators create and list workspaces."`
	SignUp     account.SignUp        `cmd:"" help:"Create a workspace of your own, where the operator allows it."`
	People     account.People        `cmd:"" name:"person" help:"Manage the people of your workspace."`
	Invitation account.Invitations   `cmd:"" help:"Invite people, and accept an invitation."`
	Keys       account.Keys          `cmd:"" name:"key" help:"Manage API keys."`
	Credential credential.Commands   `cmd:"" help:"Manage third-party credentials."`
	Model      model.Commands        `cmd:"" help:"Manage models."`
	Workflow   workflow.Commands     `cmd:"" help:"Manage and run workflows."`
	Block      workflow.Blocks       `cmd:"" help:"Show the blocks that workflows are made of."`
	Template   workflow.Templates    `cmd:"" help:"Show workflows to start from."`
	Share      share.Commands        `cmd:"" help:"Manage shares (links to workflows), and use the links of others."`
	Runs       activity.Runs         `cmd:"" name:"run" help:"Show runs."`
	Usage      activity.Usage        `cmd:"" help:"Show what was charged to your keys."`
	Audit      activity.Audit        `cmd:"" help:"Show who did what with keys and credentials."`
	Reports    oversight.Reports     `cmd:"" name:"report" help:"Show what visitors reported about your links."`
	Suspension oversight.Suspensions `cmd:"" help:"Show what the operator has suspended. Operators suspend and lift."`
	Completion completionCmd         `cmd:"" help:"Print the completion script for a shell."`
}
