package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/deploy/cli"
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
