package main

import (
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

type modelCmd struct {
	Connection

	Upload        modelUpload        `cmd:"" help:"Upload a file as a new version of a model. Creates the model if it does not exist."`
	List          modelList          `cmd:"" help:"List models."`
	Get           modelGet           `cmd:"" help:"Show a model."`
	Update        modelUpdate        `cmd:"" help:"Change a model's title or visibility."`
	Delete        modelDelete        `cmd:"" help:"Delete a model with its versions."`
	Versions      modelVersions      `cmd:"" help:"List the versions of a model, newest first."`
	Version       modelVersion       `cmd:"" help:"Show one version of a model."`
	DeleteVersion modelDeleteVersion `cmd:"" help:"Delete one version of a model and its weights."`
}

type modelUpload struct {
	ID     string `arg:"" help:"The model: its id or its name."`
	File   string `arg:"" help:".onnx file, or zip file with a model package." type:"existingfile"`
	Title  string `help:"Title of the model, if it is new."`
	Task   string `help:"Task of the model, if it is new." default:"object-detection"`
	Public bool   `help:"Make the new model public."`
}

// Run uploads it.
func (c *modelUpload) Run(a *app) error {
	cl, model, err := a.at(aModel, c.ID)
	if err != nil {
		return err
	}
	visibility := "VISIBILITY_PRIVATE"
	if c.Public {
		visibility = "VISIBILITY_PUBLIC"
	}
	err = cl.Do(a.ctx, http.MethodPost, path.Dir(model), url.Values{"modelId": {path.Base(model)}}, object{"title": c.Title, "task": c.Task, "visibility": visibility}, nil)
	if err != nil && !client.IsReason(err, "ALREADY_EXISTS") {
		return err
	}
	var version, ready object
	if err := cl.Do(a.ctx, http.MethodPost, model+"/versions", nil, object{}, &version); err != nil {
		return err
	}
	name, _ := version["name"].(string)
	if err := cl.Upload(a.ctx, "/v1/"+name+"/artifact", c.File, uploadProgress(), &ready); err != nil {
		return err
	}
	return a.print().One(ready, "name", "state", "sizeBytes", "sha256")
}

type modelList struct {
	PageFlags
	Text string `help:"Only models with this text in the id, the title or the task."`
}

// Run lists them.
func (c *modelList) Run(a *app) error {
	return a.list("/models", "models", c.PageFlags, textQuery(c.Text), "name", "title", "task", "visibility", "latestVersion")
}

type modelGet struct {
	ID string `arg:"" help:"The model: its id or its name."`
}

// Run shows it.
func (c *modelGet) Run(a *app) error {
	return a.about(http.MethodGet, aModel, c.ID, "", nil, nil, modelFields...)
}

var modelFields = []string{"name", "title", "task", "visibility", "latestVersion", "createTime"}

type modelUpdate struct {
	ID         string  `arg:"" help:"The model: its id or its name."`
	Title      *string `help:"Title."`
	Visibility string  `help:"Who may use it: private (your own keys) or public (every key)." enum:",private,public" default:"" placeholder:"WHO"`
}

// Run changes it.
func (c *modelUpdate) Run(a *app) error {
	var e edit
	set(&e, "title", c.Title)
	if c.Visibility != "" {
		e.set("visibility", "VISIBILITY_"+strings.ToUpper(c.Visibility))
	}
	return e.send(a, aModel, c.ID, modelFields...)
}

type modelDelete struct {
	ID string `arg:"" help:"The model: its id or its name."`
}

// Run deletes it.
func (c *modelDelete) Run(a *app) error { return a.remove(aModel, c.ID) }

type modelVersions struct {
	ID string `arg:"" help:"The model: its id or its name."`
	PageFlags
}

// Run lists them.
func (c *modelVersions) Run(a *app) error {
	return a.listBelow(aModel, c.ID, "versions", c.PageFlags, nil, "name", "state", "sizeBytes", "sha256", "createTime")
}

// OneModelVersion names a version of a model.
type OneModelVersion struct {
	Version string `arg:"" help:"The version: MODEL/VERSION or its name."`
}

type modelVersion struct{ OneModelVersion }

// Run shows it.
func (c *modelVersion) Run(a *app) error {
	return a.about(http.MethodGet, aModelVersion, c.Version, "", nil, nil, "name", "state", "problem", "sizeBytes", "sha256", "inputs", "outputs", "createTime")
}

type modelDeleteVersion struct{ OneModelVersion }

// Run deletes it.
func (c *modelDeleteVersion) Run(a *app) error { return a.remove(aModelVersion, c.Version) }
