package account

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// People are the commands for the people of a workspace.
type People struct {
	cli.Connection

	List   personList   `cmd:"" help:"List the people of your workspace."`
	Get    personGet    `cmd:"" help:"Show a person."`
	Update personUpdate `cmd:"" help:"Change a person's name or role. A new role ends the person's sessions."`
	Remove personRemove `cmd:"" help:"Remove a person. The person's keys and sessions end within a second."`
}

var personFields = []string{"name", "title", "email", "role", "createTime"}

type personList struct{ cli.PageFlags }

// Run lists people.
func (c *personList) Run(ctx context.Context, a *cli.App) error {
	return a.List(ctx, "people", c.PageFlags, nil, personFields...)
}

type personGet struct {
	ID string `arg:"" help:"The person: its id or its name."`
}

// Run shows a person.
func (c *personGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Person, c.ID, personFields...)
}

type personUpdate struct {
	ID    string  `arg:"" help:"The person: its id or its name."`
	Title *string `help:"New name of the person."`
	Role  string  `help:"Role: owner, editor or viewer." enum:",owner,editor,viewer" default:"" placeholder:"ROLE"`
}

// Run changes a person.
func (c *personUpdate) Run(ctx context.Context, a *cli.App) error {
	var e cli.Edit
	e.Text("title", c.Title)
	if c.Role != "" {
		e.Set("role", roleOf(c.Role))
	}
	return a.Update(ctx, name.Person, c.ID, &e, personFields...)
}

// roleOf is a role as the API names it.
func roleOf(word string) string { return "PERSON_ROLE_" + strings.ToUpper(word) }

type personRemove struct {
	ID string `arg:"" help:"The person: its id or its name."`
}

// Run removes a person.
func (c *personRemove) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Person, c.ID)
}
