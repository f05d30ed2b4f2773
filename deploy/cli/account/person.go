package main

import (
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/signedin"
)

type personCmd struct {
	Connection

	List   personList   `cmd:"" help:"List the people of your workspace."`
	Get    personGet    `cmd:"" help:"Show a person."`
	Update personUpdate `cmd:"" help:"Change a person's name or role. A new role ends the person's sessions."`
	Remove personRemove `cmd:"" help:"Remove a person. The person's keys and sessions end within a second."`
}

var personFields = []string{"name", "title", "email", "role", "createTime"}

type personList struct{ PageFlags }

// Run lists them.
func (c *personList) Run(a *app) error {
	return a.list("/people", "people", c.PageFlags, nil, personFields...)
}

type personGet struct {
	ID string `arg:"" help:"The person: its id or its name."`
}

// Run shows it.
func (c *personGet) Run(a *app) error {
	return a.about(http.MethodGet, aPerson, c.ID, "", nil, nil, personFields...)
}

type personUpdate struct {
	ID    string  `arg:"" help:"The person: its id or its name."`
	Title *string `help:"What the person is called."`
	Role  string  `help:"Role: owner, editor or viewer." enum:",owner,editor,viewer" default:"" placeholder:"ROLE"`
}

// Run changes it.
func (c *personUpdate) Run(a *app) error {
	var e edit
	set(&e, "title", c.Title)
	if c.Role != "" {
		e.set("role", roleOf(c.Role))
	}
	return e.send(a, aPerson, c.ID, personFields...)
}

// roleOf is a role as the API names it.
func roleOf(word string) string { return "PERSON_ROLE_" + strings.ToUpper(word) }

type personRemove struct {
	ID string `arg:"" help:"The person: its id or its name."`
}

// Run removes it.
func (c *personRemove) Run(a *app) error { return a.remove(aPerson, c.ID) }

type invitationCmd struct {
	Connection

	Create invitationCreate `cmd:"" help:"Create a link that lets one person join your workspace. It is shown once."`
	List   invitationList   `cmd:"" help:"List the invitations that still work."`
	Revoke invitationRevoke `cmd:"" help:"Revoke an invitation."`
	Show   invitationShow   `cmd:"" help:"Show where an invitation leads, without using it."`
	Accept invitationAccept `cmd:"" help:"Join a workspace: get a key, shown once, and keep a session for later commands."`
}

type invitationCreate struct {
	Role  string `help:"Role: owner, editor or viewer." enum:"owner,editor,viewer" required:"" placeholder:"ROLE"`
	Email string `help:"Whom it is for. A note: anyone with the link can accept it."`
}

// Run makes it.
func (c *invitationCreate) Run(a *app) error {
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	var made object
	if err := cl.Do(a.ctx, http.MethodPost, parent+"/invitations", nil, object{"role": roleOf(c.Role), "email": c.Email}, &made); err != nil {
		return err
	}
	path, _ := made["path"].(string)
	made["link"] = strings.TrimSuffix(a.conn.HTTP, "/") + path
	return a.print().One(made, "name", "role", "email", "link", "expireTime")
}

type invitationList struct{ PageFlags }

// Run lists them.
func (c *invitationList) Run(a *app) error {
	return a.list("/invitations", "invitations", c.PageFlags, nil, "name", "role", "email", "key", "expireTime")
}

type invitationRevoke struct {
	ID string `arg:"" help:"The invitation: its id or its name."`
}

// Run revokes it.
func (c *invitationRevoke) Run(a *app) error { return a.remove(anInvitation, c.ID) }

type invitationShow struct {
	Link string `arg:"" help:"The invitation: its link or its code."`
}

// Run shows it.
func (c *invitationShow) Run(a *app) error {
	var reply object
	if err := a.stranger().Do(a.ctx, http.MethodPost, "/v1/invitations:lookUp", nil, object{"code": codeIn(c.Link)}, &reply); err != nil {
		return err
	}
	return a.print().One(reply, "workspace", "workspaceTitle", "role", "email", "expireTime")
}

type invitationAccept struct {
	Link  string `arg:"" help:"The invitation: its link or its code."`
	Title string `help:"What you are called." required:"" placeholder:"NAME"`
}

// Run joins.
func (c *invitationAccept) Run(a *app) error {
	return a.enter("/v1/invitations:accept", object{"code": codeIn(c.Link), "title": c.Title, "client": cliTitle})
}

type signUpCmd struct {
	Connection

	ID             string `arg:"" help:"Id of the new workspace."`
	Title          string `help:"What you are called." required:"" placeholder:"NAME"`
	WorkspaceTitle string `help:"Title of the workspace (default: its id)." placeholder:"TITLE"`
}

// Run creates the workspace.
func (c *signUpCmd) Run(a *app) error {
	return a.enter("/v1/workspaces:signUp", object{
		"workspaceId": c.ID, "workspaceTitle": c.WorkspaceTitle, "title": c.Title, "client": cliTitle,
	})
}

// cliTitle names this program in the list of sessions.
const cliTitle = "keyhole CLI"

// codeIn is the code of a link, or the text itself.
func codeIn(link string) string {
	if _, code, ok := strings.Cut(link, "#code="); ok {
		return code
	}
	return link
}

// stranger returns a client without a key.
func (a *app) stranger() *client.Client { return client.New(a.conn.HTTP, "") }

// enter makes somebody new, keeps the session and prints the key.
func (a *app) enter(path string, body object) error {
	var made struct {
		Person  object
		Key     struct{ Name, Key string }
		Session struct{ Token string }
	}
	if err := a.stranger().Do(a.ctx, http.MethodPost, path, nil, body, &made); err != nil {
		return err
	}
	if err := signedin.Keep(a.conn.HTTP, made.Session.Token); err != nil {
		return err
	}
	return a.print().One(object{
		"person": made.Person["name"], "role": made.Person["role"], "keyName": made.Key.Name, "key": made.Key.Key,
	}, "person", "role", "keyName", "key")
}
