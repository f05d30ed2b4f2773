package share

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/run"
)

type shareView struct{ Target }

// Run shows the workflow behind a link.
func (c *shareView) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodGet, path, nil, nil, &reply); err != nil {
		return err
	}
	return a.Print().View(reply)
}

type shareRun struct {
	Target
	run.Flags
}

// Run runs the workflow behind a link.
func (c *shareRun) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	return c.Flags.Run(ctx, a, cl, path, nil)
}

type shareFork struct {
	Target
	ID    string `help:"Id of the fork (default: made from the title)." name:"id"`
	Title string `help:"Title of the fork (default: the title of the original)."`
	Check bool   `help:"Report what the fork would lack without creating it."`
}

// Run forks the workflow behind a link.
func (c *shareFork) Run(ctx context.Context, a *cli.App) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	var reply cli.Object
	body := cli.Object{"parent": strings.TrimPrefix(parent, "/v1/"), "workflowId": c.ID, "title": c.Title, "validateOnly": c.Check}
	if err := cl.WithPass(c.Pass).Do(ctx, http.MethodPost, path+":fork", nil, body, &reply); err != nil {
		return err
	}
	if a.Conn.JSON {
		return a.Print().Raw(reply)
	}
	fork, _ := reply["workflow"].(cli.Object)
	report, _ := reply["report"].(cli.Object)
	if err := a.Print().One(fork, "name", "title", "liveVersion"); err != nil {
		return err
	}
	if err := a.Print().One(report, "forkedFrom", "unreachableModels"); err != nil {
		return err
	}
	unbound, _ := report["unboundSlots"].([]any)
	return a.Print().Section("Credentials that the copy needs before it runs:", unbound, "step", "field", "provider", "destination")
}

type shareWatch struct{ Target }

// Run waits for a change.
func (c *shareWatch) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	changed := false
	err = cl.Watch(ctx, path+":watch", func(line json.RawMessage) error {
		var event struct{ Changed bool }
		err := json.Unmarshal(line, &event)
		changed = changed || event.Changed
		return err
	})
	if err != nil || !changed { // the stream ends after ten minutes
		return err
	}
	return a.Print().Text("changed")
}
