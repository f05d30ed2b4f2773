package main

import (
	"errors"
	"net/http"
	"net/url"
)

type workflowCmd struct {
	Connection

	Create   workflowCreate   `cmd:"" help:"Save a definition as a new workflow."`
	Update   workflowUpdate   `cmd:"" help:"Save a definition as a new version, or change the title or description."`
	List     workflowList     `cmd:"" help:"List workflows."`
	Get      workflowGet      `cmd:"" help:"Print a workflow's definition."`
	Delete   workflowDelete   `cmd:"" help:"Move a workflow to the trash for 30 days. Its shares stop working."`
	Undelete workflowUndelete `cmd:"" help:"Take a workflow out of the trash."`
	Versions workflowVersions `cmd:"" help:"List the versions of a workflow, newest first."`
	Version  workflowVersion  `cmd:"" help:"Print the definition of one version."`
	Restore  workflowRestore  `cmd:"" help:"Create a new version with the definition of an old one."`
	Inspect  workflowInspect  `cmd:"" help:"Show inputs, outputs, slots, models and problems of a workflow."`
	Check    workflowCheck    `cmd:"" help:"Show the same of a definition that is not saved."`
	Run      workflowRun      `cmd:"" help:"Run one of your workflows."`
	Draft    workflowDraft    `cmd:"" help:"Work on a workflow before you publish it."`
}

type workflowCreate struct {
	ID          string `arg:"" help:"Id of the workflow."`
	File        string `arg:"" optional:"" help:"File with the definition (JSON); - for standard input. Without one nothing is published yet: save a draft."`
	Template    string `help:"Start from this template instead of a file: keyhole template list." placeholder:"NAME"`
	Title       string `help:"Title (default: the id)."`
	Description string `help:"What it does, for people."`
}

// Run saves it.
func (c *workflowCreate) Run(a *app) error {
	if c.File != "" && c.Template != "" {
		return errors.New("give a file or --template, not both")
	}
	title := c.Title
	if title == "" {
		title = c.ID
	}
	body := object{"title": title, "description": c.Description}
	if c.File != "" {
		definition, err := a.definitionFile(c.File)
		if err != nil {
			return err
		}
		body["definition"] = definition
	}
	if c.Template != "" {
		template, err := a.template(c.Template)
		if err != nil {
			return err
		}
		body["definition"] = template["definition"]
	}
	return a.call(http.MethodPost, "/workflows", url.Values{"workflowId": {c.ID}}, body, workflowFields...)
}

var workflowFields = []string{"name", "title", "description", "liveVersion", "versionHash", "deleteTime"}

type workflowUpdate struct {
	ID          string  `arg:"" help:"The workflow: its id or its name."`
	File        string  `arg:"" optional:"" help:"File with the definition (JSON); - for standard input."`
	Title       *string `help:"Title."`
	Description *string `help:"What it does, for people."`
}

// Run saves it.
func (c *workflowUpdate) Run(a *app) error {
	var e edit
	if c.File != "" {
		definition, err := a.definitionFile(c.File)
		if err != nil {
			return err
		}
		e.set("definition", definition)
	}
	set(&e, "title", c.Title)
	set(&e, "description", c.Description)
	return e.send(a, aWorkflow, c.ID, workflowFields...)
}

type workflowList struct {
	Deleted bool   `help:"Include workflows in the trash."`
	Text    string `help:"Only workflows with this text in the title or the id."`
	PageFlags
}

// Run lists them.
func (c *workflowList) Run(a *app) error {
	query, fields := url.Values{}, []string{"name", "title", "liveVersion", "activeShares", "pausedShares", "updateTime"}
	if c.Text != "" {
		query.Set("text", c.Text)
	}
	if c.Deleted {
		query.Set("showDeleted", "true")
		fields = append(fields, "deleteTime")
	}
	return a.list("/workflows", "workflows", c.PageFlags, query, fields...)
}

type workflowGet struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run prints it.
func (c *workflowGet) Run(a *app) error { return a.definition(aWorkflow, c.ID) }

type workflowInspect struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run inspects it.
func (c *workflowInspect) Run(a *app) error {
	cl, path, err := a.at(aWorkflow, c.ID)
	if err != nil {
		return err
	}
	var found object
	if err := cl.Do(a.ctx, http.MethodPost, path+":inspect", nil, object{}, &found); err != nil {
		return err
	}
	return a.print().Inspection(found)
}

type workflowCheck struct {
	File string `arg:"" help:"File with the definition (JSON); - for standard input."`
}

// Run inspects it.
func (c *workflowCheck) Run(a *app) error {
	definition, err := a.definitionFile(c.File)
	if err != nil {
		return err
	}
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	var found object
	if err := cl.Do(a.ctx, http.MethodPost, parent+"/workflows:inspect", nil, object{"definition": definition}, &found); err != nil {
		return err
	}
	return a.print().Inspection(found)
}

type workflowRun struct {
	ID    string `arg:"" help:"The workflow: its id or its name."`
	Draft bool   `help:"Run the draft instead of the live version."`
	Steps bool   `help:"Print a preview of what each step gives, on standard error."`
	RunFlags
}

// Run runs it.
func (c *workflowRun) Run(a *app) error {
	more := object{}
	if c.Draft {
		more["draft"] = true
	}
	if c.Steps {
		more["stepOutputs"] = true
	}
	return c.follow(a, more, func() (streamer, string, error) { return a.at(aWorkflow, c.ID) })
}
