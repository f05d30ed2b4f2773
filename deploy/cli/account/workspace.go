package account

import (
	"context"
	"net/http"
	"net/url"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Whoami shows what the key or the session may do.
type Whoami struct{ cli.Connection }

// Run prints the workspace and the role of the key.
func (Whoami) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	return a.SendTo(ctx, cl, http.MethodGet, "/v1/whoami", nil, nil,
		"role", "workspace", "person", "key", "session", "sessionExpireTime", "permissions")
}

// Workspaces are the commands for workspaces.
type Workspaces struct {
	cli.Connection

	Create workspaceCreate `cmd:"" help:"Create a workspace (operators only)."`
	List   workspaceList   `cmd:"" help:"List workspaces (operators only)."`
	Get    workspaceGet    `cmd:"" help:"Show a workspace."`
	Update workspaceUpdate `cmd:"" help:"Change the title of a workspace. Visitors of its links see it."`
}

type workspaceCreate struct {
	ID    string `arg:"" help:"Id of the workspace."`
	Title string `help:"Title."`
}

// Run creates a workspace.
func (c *workspaceCreate) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	return a.SendTo(ctx, cl, http.MethodPost, "/v1/workspaces", url.Values{"workspaceId": {c.ID}}, cli.Object{"title": c.Title}, "name", "title")
}

type workspaceList struct {
	cli.PageFlags
	Text string `help:"Only workspaces with this text in the id or the title."`
}

// Run lists workspaces.
func (c *workspaceList) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	return a.ListAt(ctx, cl, "/v1/workspaces", "workspaces", c.PageFlags, cli.TextQuery(c.Text), "name", "title", "keys", "unlimitedKeys", "people", "createTime")
}

type workspaceGet struct {
	ID string `arg:"" help:"The workspace: its id or its name."`
}

// Run shows a workspace.
func (c *workspaceGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Workspace, c.ID, workspaceFields...)
}

var workspaceFields = []string{"name", "title", "createTime", "keys", "unlimitedKeys", "people"}

type workspaceUpdate struct {
	ID    string `arg:"" help:"The workspace: its id or its name."`
	Title string `help:"Title." required:""`
}

// Run changes a workspace.
func (c *workspaceUpdate) Run(ctx context.Context, a *cli.App) error {
	return a.Send(ctx, http.MethodPatch, name.Workspace, c.ID, "", nil, cli.Object{"title": c.Title}, workspaceFields...)
}
