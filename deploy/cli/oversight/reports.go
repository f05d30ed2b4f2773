package oversight

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Reports are the commands for reports.
type Reports struct {
	cli.Connection

	List reportList `cmd:"" help:"List what visitors reported about your links, newest first."`
}

type reportList struct {
	All bool `help:"Those of all workspaces, with the links as they were reported (operators only)."`
	cli.PageFlags
}

// Run lists reports.
func (c *reportList) Run(ctx context.Context, a *cli.App) error {
	fields := []string{"createTime", "share", "title", "kind", "text"}
	if !c.All {
		return a.List(ctx, "reports", c.PageFlags, nil, fields...)
	}
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	return a.ListAt(ctx, cl, "/v1/workspaces/-/reports", "reports", c.PageFlags, nil, append(fields, "token")...)
}

// Suspensions are the commands for suspensions.
type Suspensions struct {
	cli.Connection

	Create suspensionCreate `cmd:"" help:"Suspend a share, a key or a workspace (operators only). Its owner and visitors read the reason."`
	List   suspensionList   `cmd:"" help:"List what the operator has suspended in a workspace."`
	Lift   suspensionLift   `cmd:"" help:"Lift a suspension (operators only)."`
}

type suspensionCreate struct {
	Target string `arg:"" help:"What to suspend: workspaces/WORKSPACE, or the full name of a key or a share."`
	Reason string `help:"Why." required:""`
}

// Run suspends something.
func (c *suspensionCreate) Run(ctx context.Context, a *cli.App) error {
	parts := strings.Split(c.Target, "/")
	if len(parts) < 2 || parts[0] != "workspaces" {
		return fmt.Errorf("%q is not a full name: give workspaces/WORKSPACE, or the full name of a key or a share", c.Target)
	}
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	return a.SendTo(ctx, cl, http.MethodPost, "/v1/workspaces/"+parts[1]+"/suspensions", nil, cli.Object{"target": c.Target, "reason": c.Reason}, "name", "target", "reason")
}

type suspensionList struct {
	Workspace string `arg:"" help:"The workspace: its id or its name."`
	cli.PageFlags
}

// Run lists suspensions.
func (c *suspensionList) Run(ctx context.Context, a *cli.App) error {
	return a.ListBelow(ctx, name.Workspace, c.Workspace, "suspensions", c.PageFlags, nil, "name", "target", "reason", "createTime")
}

type suspensionLift struct {
	Suspension string `arg:"" help:"The suspension: its full name, as list prints it with --json."`
}

// Run lifts a suspension.
func (c *suspensionLift) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Suspension, c.Suspension)
}
