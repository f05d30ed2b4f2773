package workflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/cli/run"
)

type workflowCreate struct {
	ID          string `arg:"" help:"Id of the workflow."`
	File        string `arg:"" optional:"" help:"File with the definition (JSON); - for standard input. Without a file or --template the workflow has no version until you publish a draft."`
	Template    string `help:"Start from this template instead of a file: keyhole template list." placeholder:"NAME"`
	Title       string `help:"Title (default: the id)."`
	Description string `help:"Description of what the workflow does."`
}

// Run creates a workflow.
func (c *workflowCreate) Run(ctx context.Context, a *cli.App) error {
	if c.File != "" && c.Template != "" {
		return errors.New("give a file or --template, not both")
	}
	title := c.Title
	if title == "" {
		title = c.ID
	}
	body := cli.Object{"title": title, "description": c.Description}
	if c.File != "" {
		definition, err := readDefinition(a, c.File)
		if err != nil {
			return err
		}
		body["definition"] = definition
	}
	if c.Template != "" {
		template, err := getTemplate(ctx, a, c.Template)
		if err != nil {
			return err
		}
		body["definition"] = template["definition"]
	}
	return a.Create(ctx, "workflows", url.Values{"workflowId": {c.ID}}, body, workflowFields...)
}

var workflowFields = []string{"name", "title", "description", "liveVersion", "versionHash", "deleteTime"}

type workflowUpdate struct {
	ID          string  `arg:"" help:"The workflow: its id or its name."`
	File        string  `arg:"" optional:"" help:"File with the definition (JSON); - for standard input."`
	Title       *string `help:"Title."`
	Description *string `help:"Description of what the workflow does."`
}

// Run changes a workflow.
func (c *workflowUpdate) Run(ctx context.Context, a *cli.App) error {
	var e cli.Edit
	if c.File != "" {
		definition, err := readDefinition(a, c.File)
		if err != nil {
			return err
		}
		e.Set("definition", definition)
	}
	e.Text("title", c.Title)
	e.Text("description", c.Description)
	return a.Update(ctx, name.Workflow, c.ID, &e, workflowFields...)
}

type workflowList struct {
	Deleted bool   `help:"Include workflows in the trash." xor:"trash"`
	Trash   bool   `help:"Only workflows in the trash." xor:"trash"`
	Text    string `help:"Only workflows with this text in the title or the id."`
	Sort    string `help:"Order: ${enum}. Runs are those of the last seven days." enum:"id,title,changed,runs" default:"id"`
	cli.PageFlags
}

// sorts are the orders of a list, as the API calls them.
var sorts = map[string]string{"title": "title", "changed": "update_time desc", "runs": "runs desc"}

// Run lists workflows.
func (c *workflowList) Run(ctx context.Context, a *cli.App) error {
	query, fields := url.Values{}, []string{"name", "title", "liveVersion", "activeShares", "pausedShares", "updateTime"}
	if c.Text != "" {
		query.Set("text", c.Text)
	}
	if by := sorts[c.Sort]; by != "" {
		query.Set("orderBy", by)
	}
	if c.Deleted {
		query.Set("showDeleted", "true")
		fields = append(fields, "deleteTime")
	}
	if c.Trash {
		query.Set("onlyDeleted", "true")
		fields = []string{"name", "title", "deleteTime", "purgeTime"}
	}
	return a.List(ctx, "workflows", c.PageFlags, query, fields...)
}

type workflowGet struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run prints a workflow.
func (c *workflowGet) Run(ctx context.Context, a *cli.App) error {
	return printDefinition(ctx, a, name.Workflow, c.ID, "")
}

type workflowDelete struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run deletes a workflow.
func (c *workflowDelete) Run(ctx context.Context, a *cli.App) error {
	return a.Send(ctx, http.MethodDelete, name.Workflow, c.ID, "", nil, nil, workflowFields...)
}

type workflowUndelete struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run undeletes a workflow.
func (c *workflowUndelete) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Workflow, c.ID, ":undelete", cli.Object{}, workflowFields...)
}

type workflowPurge struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run purges a workflow.
func (c *workflowPurge) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Workflow, c.ID, ":purge", cli.Object{})
}

type workflowRun struct {
	ID    string `arg:"" help:"The workflow: its id or its name."`
	Draft bool   `help:"Run the draft instead of the live version."`
	Steps bool   `help:"Print a preview of what each step gives, on standard error."`
	run.Flags
}

// Run runs a workflow.
func (c *workflowRun) Run(ctx context.Context, a *cli.App) error {
	more := cli.Object{}
	if c.Draft {
		more["draft"] = true
	}
	if c.Steps {
		more["stepOutputs"] = true
	}
	cl, path, err := a.At(ctx, name.Workflow, c.ID)
	if err != nil {
		return err
	}
	return c.Flags.Run(ctx, a, cl, path, more)
}
