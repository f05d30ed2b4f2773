package model

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

// Commands are the commands for models.
type Commands struct {
	cli.Connection

	Upload        modelUpload        `cmd:"" help:"Upload a file as a new version of a model. Creates the model if it does not exist."`
	Import        modelImport        `cmd:"" help:"Import a well-known public model: show its licence, fetch its file and check its SHA-256."`
	List          modelList          `cmd:"" help:"List models."`
	Get           modelGet           `cmd:"" help:"Show a model."`
	Alias         aliasCommands      `cmd:"" help:"Map names in workflows, such as yolov8n-640 or coco/3, to models."`
	Update        modelUpdate        `cmd:"" help:"Change a model's title or visibility."`
	Delete        modelDelete        `cmd:"" help:"Delete a model with its versions."`
	Versions      modelVersions      `cmd:"" help:"List the versions of a model, newest first."`
	Version       modelVersion       `cmd:"" help:"Show one version of a model."`
	DeleteVersion modelDeleteVersion `cmd:"" help:"Delete one version of a model and its weights."`
}

type modelList struct {
	cli.PageFlags
	Text string `help:"Only models with this text in the id, the title or the task."`
}

// Run lists models.
func (c *modelList) Run(ctx context.Context, a *cli.App) error {
	return a.List(ctx, "models", c.PageFlags, cli.TextQuery(c.Text), "name", "title", "task", "visibility", "latestVersion")
}

type modelGet struct {
	ID string `arg:"" help:"The model: its id or its name."`
}

// Run shows a model.
func (c *modelGet) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.Model, c.ID, modelFields...)
}

var modelFields = []string{"name", "title", "task", "visibility", "latestVersion", "createTime"}

type modelUpdate struct {
	ID         string  `arg:"" help:"The model: its id or its name."`
	Title      *string `help:"Title."`
	Visibility string  `help:"Who may use it: private (your own keys) or public (every key)." enum:",private,public" default:"" placeholder:"WHO"`
}

// Run changes a model.
func (c *modelUpdate) Run(ctx context.Context, a *cli.App) error {
	var e cli.Edit
	e.Text("title", c.Title)
	if c.Visibility != "" {
		e.Set("visibility", "VISIBILITY_"+strings.ToUpper(c.Visibility))
	}
	return a.Update(ctx, name.Model, c.ID, &e, modelFields...)
}

type modelDelete struct {
	ID string `arg:"" help:"The model: its id or its name."`
}

// Run deletes a model.
func (c *modelDelete) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.Model, c.ID)
}

type modelVersions struct {
	ID string `arg:"" help:"The model: its id or its name."`
	cli.PageFlags
}

// Run lists the versions of a model.
func (c *modelVersions) Run(ctx context.Context, a *cli.App) error {
	return a.ListBelow(ctx, name.Model, c.ID, "versions", c.PageFlags, nil, "name", "state", "sizeBytes", "sha256", "createTime")
}

// OneModelVersion names a version of a model.
type OneModelVersion struct {
	Version string `arg:"" help:"The version: MODEL/VERSION or its name."`
}

type modelVersion struct{ OneModelVersion }

// Run shows a version of a model.
func (c *modelVersion) Run(ctx context.Context, a *cli.App) error {
	return a.Get(ctx, name.ModelVersion, c.Version, "name", "state", "problem", "sizeBytes", "sha256", "inputs", "outputs", "createTime")
}

type modelDeleteVersion struct{ OneModelVersion }

// Run deletes a version of a model.
func (c *modelDeleteVersion) Run(ctx context.Context, a *cli.App) error {
	return a.Delete(ctx, name.ModelVersion, c.Version)
}
