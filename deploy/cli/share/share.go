package share

import (
	"context"
	"net/http"
	"net/url"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Commands are the commands for shares.
type Commands struct {
	cli.Connection

	Create  shareCreate  `cmd:"" help:"Share a workflow by link."`
	List    shareList    `cmd:"" help:"List the shares of a workflow."`
	Get     shareGet     `cmd:"" help:"Show a share with its link."`
	Update  shareUpdate  `cmd:"" help:"Change the settings of a share."`
	Pause   sharePause   `cmd:"" help:"Stop the runs of a share until you resume it."`
	Resume  shareResume  `cmd:"" help:"Let a paused or suspended share run again. If the guard has suspended shares twice because of a credential's value, first store a new value with keyhole credential update."`
	Rotate  shareRotate  `cmd:"" help:"Give a share a new link. The old link stops working."`
	Revoke  shareRevoke  `cmd:"" help:"Revoke a share."`
	Example shareExample `cmd:"" help:"Run a sample as a visitor would, and store its result as an example for visitors."`
	Unlock  shareUnlock  `cmd:"" help:"Pass the gate of a link: exchange its password against a pass for the other commands."`
	View    shareView    `cmd:"" help:"Show the workflow behind a link."`
	Watch   shareWatch   `cmd:"" help:"Wait until the workflow or the settings behind a link change."`
	Run     shareRun     `cmd:"" help:"Run a workflow through a link."`
	Report  shareReport  `cmd:"" help:"Report a link to its owner and the operator. It needs no account."`
	Fork    shareFork    `cmd:"" help:"Copy the workflow behind a link into your workspace."`
}

type shareCreate struct {
	Workflow string `arg:"" help:"The workflow: its id or its name."`
	ID       string `help:"Id of the share (default: generated)." name:"id"`
	Flags
}

// Run creates a share.
func (c *shareCreate) Run(ctx context.Context, a *cli.App) error {
	e, err := c.edit(ctx, a)
	if err != nil {
		return err
	}
	if limits, ok := e.Fields()["limits"].(cli.Object); ok && limits["period"] == nil {
		limits["period"] = "PERIOD_DAY"
	}
	query := url.Values{}
	if c.ID != "" {
		query.Set("shareId", c.ID)
	}
	return a.Send(ctx, http.MethodPost, name.Workflow, c.Workflow, "/shares", query, e.Fields(), shareFields...)
}

var shareFields = []string{
	"name", "title", "token", "uri", "state", "version", "followLive", "runAccess", "credentialAccess", "chargedKey", "limits",
	"sinksEnabled", "viewDisabled", "runDisabled", "forkDisabled", "startTime", "expireTime", "frameOrigins", "runOrigins", "presentation", "examples", "slotCredentials", "gate", "detected", "notices", "suspension",
}

type shareGet struct{ OneShare }

// Run shows a share.
func (c *shareGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Share, c.Share, shareFields...)
}

type shareUpdate struct {
	OneShare
	Flags
}

// Run changes a share.
func (c *shareUpdate) Run(ctx context.Context, a *cli.App) error {
	e, err := c.edit(ctx, a)
	if err != nil {
		return err
	}
	return a.Update(ctx, name.Share, c.Share, e, shareFields...)
}

type shareList struct {
	Workflow string `arg:"" help:"The workflow: its id or its name."`
	Revoked  bool   `help:"Include revoked ones."`
	cli.PageFlags
}

// Run lists shares.
func (c *shareList) Run(ctx context.Context, a *cli.App) error {
	query := url.Values{}
	if c.Revoked {
		query.Set("showRevoked", "true")
	}
	return a.ListBelow(ctx, name.Workflow, c.Workflow, "shares", c.PageFlags, query, "name", "title", "state", "runAccess", "credentialAccess", "token")
}

type sharePause struct{ OneShare }

// Run pauses a share.
func (c *sharePause) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Share, c.Share, ":pause", cli.Object{}, shareFields...)
}

type shareResume struct{ OneShare }

// Run resumes a share.
func (c *shareResume) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Share, c.Share, ":resume", cli.Object{}, shareFields...)
}

type shareRotate struct{ OneShare }

// Run rotates a share.
func (c *shareRotate) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Share, c.Share, ":rotate", cli.Object{}, shareFields...)
}

type shareRevoke struct{ OneShare }

// Run revokes a share.
func (c *shareRevoke) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Share, c.Share)
}
