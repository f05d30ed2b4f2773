package model

import (
	"context"
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// aliasCommands are the commands for the names that workflows have for models.
type aliasCommands struct {
	Create aliasCreate `cmd:"" help:"Map a name to a model. Workflows that use the name then run with the model."`
	List   aliasList   `cmd:"" help:"List aliases."`
	Get    aliasGet    `cmd:"" help:"Show an alias."`
	Update aliasUpdate `cmd:"" help:"Map the name to another model. Links keep the model that they have."`
	Delete aliasDelete `cmd:"" help:"Delete an alias. Links keep the model that they have."`
}

var aliasFields = []string{"alias", "model", "task", "updateTime"}

// scope says whose aliases a command works on.
type scope struct {
	Everyone bool `help:"The aliases of the operator, which hold for every workspace without an own one. Needs the operator's key to change them."`
}

// in makes the command work in the operator's workspace if it is for everyone.
func (s scope) in(a *cli.App) {
	if s.Everyone {
		a.Conn.Workspace = "operator"
	}
}

// oneAlias names an alias.
type oneAlias struct {
	scope
	Alias string `arg:"" help:"The alias, such as yolov8n-640 or coco/3, or its name."`
}

// id returns the alias as the API names it: an id has no slash.
func (o oneAlias) id() string {
	if strings.HasPrefix(o.Alias, "workspaces/") || strings.HasPrefix(o.Alias, "modelAliases/") {
		return o.Alias
	}
	return strings.ReplaceAll(o.Alias, "/", "~")
}

// target is the model of an alias.
type target struct {
	Model string `arg:"" help:"The model: MODEL for its newest version, MODEL/VERSION, or its name, such as workspaces/operator/models/yolox-nano."`
}

func (t target) name(ctx context.Context, a *cli.App) (string, error) {
	kind := name.ModelVersion
	if _, err := kind.Parse(t.Model); err != nil {
		kind = name.Model
	}
	_, path, err := a.At(ctx, kind, t.Model)
	return strings.TrimPrefix(path, "/v1/"), err
}

type aliasCreate struct {
	oneAlias
	target
}

// Run creates an alias.
func (c *aliasCreate) Run(ctx context.Context, a *cli.App) error {
	c.in(a)
	model, err := c.name(ctx, a)
	if err != nil {
		return err
	}
	return a.Create(ctx, "modelAliases", nil, cli.Object{"alias": c.Alias, "model": model}, aliasFields...)
}

type aliasList struct {
	scope
	cli.PageFlags
}

// Run lists aliases.
func (c *aliasList) Run(ctx context.Context, a *cli.App) error {
	c.in(a)
	return a.List(ctx, "modelAliases", c.PageFlags, nil, "alias", "model", "task", "updateTime")
}

type aliasGet struct{ oneAlias }

// Run shows an alias.
func (c *aliasGet) Run(ctx context.Context, a *cli.App) error {
	c.in(a)
	return a.Get(ctx, name.ModelAlias, c.id(), aliasFields...)
}

type aliasUpdate struct {
	oneAlias
	target
}

// Run changes an alias.
func (c *aliasUpdate) Run(ctx context.Context, a *cli.App) error {
	c.in(a)
	model, err := c.name(ctx, a)
	if err != nil {
		return err
	}
	return a.Send(ctx, http.MethodPatch, name.ModelAlias, c.id(), "", nil, cli.Object{"model": model}, aliasFields...)
}

type aliasDelete struct{ oneAlias }

// Run deletes an alias.
func (c *aliasDelete) Run(ctx context.Context, a *cli.App) error {
	c.in(a)
	return a.Delete(ctx, name.ModelAlias, c.id())
}
