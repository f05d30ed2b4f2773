package model

import (
	"context"
	"net/http"
	"net/url"
	"path"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/name"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

type modelUpload struct {
	ID     string `arg:"" help:"The model: its id or its name."`
	File   string `arg:"" help:".onnx file, or zip file with a model package." type:"existingfile"`
	Title  string `help:"Title of the model, if it is new."`
	Task   string `help:"Task of the model, if it is new." default:"object-detection"`
	Public bool   `help:"Make the new model public."`
}

// Run uploads a model file.
func (c *modelUpload) Run(ctx context.Context, a *cli.App) error {
	cl, model, err := a.At(ctx, name.Model, c.ID)
	if err != nil {
		return err
	}
	visibility := "VISIBILITY_PRIVATE"
	if c.Public {
		visibility = "VISIBILITY_PUBLIC"
	}
	err = cl.Do(ctx, http.MethodPost, path.Dir(model), url.Values{"modelId": {path.Base(model)}}, cli.Object{"title": c.Title, "task": c.Task, "visibility": visibility}, nil)
	if err != nil && !client.IsReason(err, "ALREADY_EXISTS") {
		return err
	}
	var version, ready cli.Object
	if err := cl.Do(ctx, http.MethodPost, model+"/versions", nil, cli.Object{}, &version); err != nil {
		return err
	}
	versionName, _ := version["name"].(string)
	if err := cl.Upload(ctx, "/v1/"+versionName+"/artifact", c.File, uploadProgress(), &ready); err != nil {
		return err
	}
	return a.Print().One(ready, "name", "state", "sizeBytes", "sha256")
}
