package workflow

import (
	"context"
	"net/http"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
)

type workflowInspect struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run inspects a workflow.
func (c *workflowInspect) Run(ctx context.Context, a *cli.App) error {
	cl, path, err := a.At(ctx, name.Workflow, c.ID)
	if err != nil {
		return err
	}
	var found cli.Object
	if err := cl.Do(ctx, http.MethodPost, path+":inspect", nil, cli.Object{}, &found); err != nil {
		return err
	}
	return a.Print().Inspection(found)
}

type workflowCheck struct {
	File string `arg:"" help:"File with the definition (JSON); - for standard input."`
}

// Run inspects a definition in a file.
func (c *workflowCheck) Run(ctx context.Context, a *cli.App) error {
	definition, err := readDefinition(a, c.File)
	if err != nil {
		return err
	}
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	var found cli.Object
	if err := cl.Do(ctx, http.MethodPost, parent+"/workflows:inspect", nil, cli.Object{"definition": definition}, &found); err != nil {
		return err
	}
	return a.Print().Inspection(found)
}
