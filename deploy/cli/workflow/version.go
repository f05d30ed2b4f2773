package main

import (
	"errors"
	"net/http"
)

// definition prints the definition of a workflow or of a version; with --json it prints the
// whole resource.
func (a *app) definition(k kind, text string) error { return a.definitionAt(k, text, "") }

// definitionAt does the same for a resource below, such as the draft of a workflow.
func (a *app) definitionAt(k kind, text, below string) error {
	cl, path, err := a.at(k, text)
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, path+below, nil, nil, &reply); err != nil {
		return err
	}
	if a.conn.JSON {
		return a.print().Raw(reply)
	}
	if reply["definition"] == nil {
		return errors.New("nothing of this workflow is published yet; its draft: keyhole workflow draft get")
	}
	return a.print().Raw(reply["definition"])
}

type workflowDelete struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run deletes it.
func (c *workflowDelete) Run(a *app) error {
	return a.about(http.MethodDelete, aWorkflow, c.ID, "", nil, nil, workflowFields...)
}

type workflowUndelete struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
}

// Run undeletes it.
func (c *workflowUndelete) Run(a *app) error {
	return a.about(http.MethodPost, aWorkflow, c.ID, ":undelete", nil, object{}, workflowFields...)
}

type workflowVersions struct {
	ID string `arg:"" help:"The workflow: its id or its name."`
	PageFlags
}

// Run lists them.
func (c *workflowVersions) Run(a *app) error {
	return a.listBelow(aWorkflow, c.ID, "versions", c.PageFlags, nil, "name", "number", "author", "createTime", "pinnedShares", "versionHash")
}

// OneVersion names a version of a workflow.
type OneVersion struct {
	Version string `arg:"" help:"The version: WORKFLOW/VERSION or its name."`
}

type workflowVersion struct{ OneVersion }

// Run prints it.
func (c *workflowVersion) Run(a *app) error { return a.definition(aVersion, c.Version) }

type workflowRestore struct{ OneVersion }

// Run restores it.
func (c *workflowRestore) Run(a *app) error {
	return a.about(http.MethodPost, aVersion, c.Version, ":restore", nil, object{}, workflowFields...)
}
