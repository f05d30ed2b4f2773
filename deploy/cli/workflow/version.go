package workflow

import (
	"context"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

type workflowVersions struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
	cli.PageFlags
}

// Run lists the versions of a workflow.
func (c *workflowVersions) Run(ctx context.Context, a *cli.App) error {
	return a.ListBelow(ctx, name.Workflow, c.ID, "versions", c.PageFlags, nil, "name", "number", "author", "createTime", "pinnedShares", "versionHash")
}

// OneVersion names a version of a workflow.
type OneVersion struct {
	Version string `arg:"" help:"The version: WORKFLOW/VERSION or its name."`
}

type workflowVersion struct{ OneVersion }

// Run prints a version of a workflow.
func (c *workflowVersion) Run(ctx context.Context, a *cli.App) error {
	return printDefinition(ctx, a, name.Version, c.Version, "")
}

type workflowRestore struct{ OneVersion }

// Run restores a version of a workflow.
func (c *workflowRestore) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Version, c.Version, ":restore", cli.Object{}, workflowFields...)
}
