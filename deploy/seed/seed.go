// Package seed creates the public models that blocks use when a step names none. It uses
// the public API.
package seed

import (
	"context"
	"net/http"
	"net/url"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Model is a model to make, with one version.
type Model struct {
	Workspace, ID, Title, Task string
	Public                     bool
	// File is the package of its first version.
	File string
}

// standard returns the models of the operator's workspace that manifests name as defaults.
// Each is made from one file; the operator uploads other sizes.
func standard(textReader string) []Model {
	return []Model{{
		Workspace: "operator", ID: "pp-ocr-small", Title: "PP-OCRv4 mobile, Chinese and English",
		Task: "text-recognition", Public: true, File: textReader,
	}}
}

// StandardModels creates the public models with an operator's key. It does not change
// existing ones, so it can be repeated.
func StandardModels(ctx context.Context, operator *client.Client, textReader string) error {
	for _, m := range standard(textReader) {
		if err := m.Make(ctx, operator); err != nil {
			return err
		}
	}
	return nil
}

type object = map[string]any

// Make creates the model, and uploads its file if it has no version yet.
func (m Model) Make(ctx context.Context, member *client.Client) error {
	parent := "/v1/workspaces/" + m.Workspace + "/models"
	visibility := "VISIBILITY_PRIVATE"
	if m.Public {
		visibility = "VISIBILITY_PUBLIC"
	}
	err := member.Do(ctx, http.MethodPost, parent, url.Values{"modelId": {m.ID}},
		object{"title": m.Title, "task": m.Task, "visibility": visibility}, nil)
	if err != nil && !client.IsReason(err, "ALREADY_EXISTS") {
		return err
	}
	var made struct{ LatestVersion int }
	if err := member.Do(ctx, http.MethodGet, parent+"/"+m.ID, nil, nil, &made); err != nil || made.LatestVersion > 0 {
		return err
	}
	var version struct{ Name string }
	if err := member.Do(ctx, http.MethodPost, parent+"/"+m.ID+"/versions", nil, object{}, &version); err != nil {
		return err
	}
	return member.Upload(ctx, "/v1/"+version.Name+"/artifact", m.File, nil, &version)
}
