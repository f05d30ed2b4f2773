package main

import (
	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/completion"
)

type completionCmd struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help is kong's hook for the text below the flags.
func (completionCmd) Help() string {
	return "For this session: source <(keyhole completion bash). Fish: keyhole completion fish | source."
}

// Run prints the script.
func (c *completionCmd) Run(a *cli.App, k *kong.Kong) error {
	return completion.Write(a.Out, c.Shell, "keyhole", k.Model.Node)
}
