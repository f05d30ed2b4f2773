package main

import (
	"testing"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// TestHelp: --help says something of every command, argument and flag.
func TestHelp(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commands{}, kong.Bind(&cli.App{}))
	if err != nil {
		t.Fatal(err)
	}
	err = kong.Visit(parser.Model.Node, func(v kong.Visitable, next kong.Next) error {
		node, ok := v.(*kong.Node)
		if !ok {
			return next(nil)
		}
		if node.Type == kong.CommandNode && node.Help == "" {
			t.Errorf("%s has no help", node.FullPath())
		}
		for _, v := range node.Positional {
			if v.Help == "" {
				t.Errorf("%s: argument %s has no help", node.FullPath(), v.Name)
			}
		}
		for _, f := range node.Flags {
			if f.Help == "" {
				t.Errorf("%s: flag %s has no help", node.FullPath(), f.Name)
			}
		}
		return next(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}
