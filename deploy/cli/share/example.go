package share

import (
	"context"
	"net/http"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/cli/run"
)

type shareExample struct {
	OneShare
	Sample     string   `help:"Title of the sample (default: the one without a title)."`
	Credential []string `help:"Value of a credential input, if visitors bring their own credentials." placeholder:"NAME=VALUE" sep:"none"`
}

// Run runs a sample and stores its result.
func (c *shareExample) Run(ctx context.Context, a *cli.App) error {
	credentials, err := run.Flags{Input: c.Credential}.Inputs()
	if err != nil {
		return err
	}
	cl, path, err := a.At(ctx, name.Share, c.Share)
	if err != nil {
		return err
	}
	var reply struct{ Outputs []any }
	if err := cl.Do(ctx, http.MethodPost, path+":storeExample", nil, cli.Object{"sample": c.Sample, "credentials": credentials}, &reply); err != nil {
		return err
	}
	return a.Print().Raw(reply.Outputs)
}
