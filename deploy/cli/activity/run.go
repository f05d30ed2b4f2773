package activity

import (
	"context"
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Runs are the commands for runs that have started.
type Runs struct {
	cli.Connection

	List runList `cmd:"" help:"List runs, newest first."`
	Get  runGet  `cmd:"" help:"Show one run with its steps and charges."`
}

type runList struct {
	Workflow string `help:"Only runs of this workflow: its id or its name."`
	Share    string `help:"Only runs through this share: WORKFLOW/SHARE or its name."`
	State    string `help:"Only runs in this state: running, succeeded, failed, cancelled, abandoned or stopped." enum:",running,succeeded,failed,cancelled,abandoned,stopped" default:"" placeholder:"STATE"`
	Key      string `help:"Only runs charged to this key: its id or its name."`
	cli.PageFlags
}

// Run lists runs.
func (c *runList) Run(ctx context.Context, a *cli.App) error {
	query := url.Values{}
	for _, filter := range []struct {
		field, text string
		kind        name.Kind
	}{{"workflow", c.Workflow, name.Workflow}, {"share", c.Share, name.Share}, {"chargedKey", c.Key, name.Key}} {
		if filter.text == "" {
			continue
		}
		_, path, err := a.At(ctx, filter.kind, filter.text)
		if err != nil {
			return err
		}
		query.Set(filter.field, strings.TrimPrefix(path, "/v1/"))
	}
	if c.State != "" {
		query.Set("state", "RUN_STATE_"+strings.ToUpper(c.State))
	}
	return a.List(ctx, "runs", c.PageFlags, query, "name", "state", "workflow", "share", "chargedKey", "startTime", "reason")
}

type runGet struct {
	ID string `arg:"" help:"The run: its id or its name."`
}

// Run shows a run.
func (c *runGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Run, c.ID, "name", "state", "workflow", "version", "draft", "share", "visitor", "callerKey", "chargedKey", "reason", "message", "startTime", "endTime", "charges", "steps")
}
