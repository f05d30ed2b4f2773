package account

import (
	"context"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Invitations are the commands for invitations.
type Invitations struct {
	cli.Connection

	Create invitationCreate `cmd:"" help:"Create a link that lets one person join your workspace. It is shown once."`
	List   invitationList   `cmd:"" help:"List the invitations that still work."`
	Revoke invitationRevoke `cmd:"" help:"Revoke an invitation."`
	Show   invitationShow   `cmd:"" help:"Show the workspace and role of an invitation, without using it."`
	Accept invitationAccept `cmd:"" help:"Join a workspace: get a key, shown once, and keep a session for later commands."`
}

type invitationCreate struct {
	Role  string `help:"Role: owner, editor or viewer." enum:"owner,editor,viewer" required:"" placeholder:"ROLE"`
	Email string `help:"Note that says who the invitation is for. Anyone with the link can accept it."`
}

// Run creates an invitation.
func (c *invitationCreate) Run(ctx context.Context, a *cli.App) error {
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	var made cli.Object
	if err := cl.Do(ctx, http.MethodPost, parent+"/invitations", nil, cli.Object{"role": roleOf(c.Role), "email": c.Email}, &made); err != nil {
		return err
	}
	path, _ := made["path"].(string)
	made["link"] = strings.TrimSuffix(a.Conn.HTTP, "/") + path
	return a.Print().One(made, "name", "role", "email", "link", "expireTime")
}

type invitationList struct{ cli.PageFlags }

// Run lists invitations.
func (c *invitationList) Run(ctx context.Context, a *cli.App) error {
	return a.List(ctx, "invitations", c.PageFlags, nil, "name", "role", "email", "key", "expireTime")
}

type invitationRevoke struct {
	ID string `arg:"" help:"The invitation: its id or its name."`
}

// Run revokes an invitation.
func (c *invitationRevoke) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Invitation, c.ID)
}

type invitationShow struct {
	Link string `arg:"" help:"The invitation: its link or its code."`
}

// Run shows an invitation.
func (c *invitationShow) Run(ctx context.Context, a *cli.App) error {
	var reply cli.Object
	if err := stranger(a).Do(ctx, http.MethodPost, "/v1/invitations:lookUp", nil, cli.Object{"code": codeIn(c.Link)}, &reply); err != nil {
		return err
	}
	return a.Print().One(reply, "workspace", "role", "email", "expireTime")
}

type invitationAccept struct {
	Link  string `arg:"" help:"The invitation: its link or its code."`
	Title string `help:"Your name." required:"" placeholder:"NAME"`
}

// Run joins.
func (c *invitationAccept) Run(ctx context.Context, a *cli.App) error {
	return enter(ctx, a, "/v1/invitations:accept", cli.Object{"code": codeIn(c.Link), "title": c.Title, "client": cliTitle})
}

// codeIn is the code of a link, or the text itself.
func codeIn(link string) string {
	if _, code, ok := strings.Cut(link, "#code="); ok {
		return code
	}
	return link
}
