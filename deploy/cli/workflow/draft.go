package workflow

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

type workflowDraft struct {
	Get     draftGet     `cmd:"" help:"Print the draft of a workflow."`
	Save    draftSave    `cmd:"" help:"Save a definition as the draft of a workflow. It need not compile."`
	Discard draftDiscard `cmd:"" help:"Delete the draft of a workflow."`
	Publish draftPublish `cmd:"" help:"Make the draft the live version of a workflow."`
}

// draftPath is the path of the draft below its workflow.
const draftPath = "/draft"

type draftGet struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run prints the draft.
func (c *draftGet) Run(ctx context.Context, a *cli.App) error {
	return printDefinition(ctx, a, name.Workflow, c.ID, draftPath)
}

type draftSave struct {
	ID          string `arg:"" help:"The workflow: its id or its name."`
	File        string `arg:"" help:"File with the definition (JSON); - for standard input."`
	Etag        string `help:"Save only over the draft with this etag (default: over any)."`
	BaseVersion int32  `help:"Version that the draft starts from (default: unchanged; a new draft starts from the live one)."`
}

// Run saves the draft. Without an etag it takes the etag of the draft that is there now.
func (c *draftSave) Run(ctx context.Context, a *cli.App) error {
	definition, err := readDefinition(a, c.File)
	if err != nil {
		return err
	}
	cl, path, err := a.At(ctx, name.Workflow, c.ID)
	if err != nil {
		return err
	}
	etag := c.Etag
	if etag == "" {
		var now struct{ Etag string }
		err := cl.Do(ctx, http.MethodGet, path+draftPath, nil, nil, &now)
		if refusal, ok := errors.AsType[*client.Error](err); err != nil && (!ok || refusal.Status != http.StatusNotFound) {
			return err
		}
		etag = now.Etag
	}
	body := cli.Object{"definition": definition, "etag": etag, "baseVersion": c.BaseVersion}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodPatch, path+draftPath, nil, body, &reply); err != nil {
		return err
	}
	return a.Print().One(reply, "name", "baseVersion", "etag", "updateTime")
}

// DraftEtag is the flag of commands that take a draft as it was read.
type DraftEtag struct {
	Etag string `help:"Refuse if the draft has another etag (default: take any draft)."`
}

type draftDiscard struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
	DraftEtag
}

// Run discards the draft.
func (c *draftDiscard) Run(ctx context.Context, a *cli.App) error {
	return a.Send(ctx, http.MethodDelete, name.Workflow, c.ID, draftPath, url.Values{"etag": {c.Etag}}, nil)
}

type draftPublish struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
	DraftEtag
}

// Run publishes the draft.
func (c *draftPublish) Run(ctx context.Context, a *cli.App) error {
	return a.Post(ctx, name.Workflow, c.ID, draftPath+":publish", cli.Object{"etag": c.Etag}, workflowFields...)
}
