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

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/services/kit/config"
)

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
