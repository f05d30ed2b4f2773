// Package demo creates the demonstration through the public API, on any installation: a
// workspace, a private model, a workflow that reads the text in a picture, and a link to it
// that charges the owner's key.
package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/seed"
)

// Names of the demo's resources.
const (
	Workspace = "demo"
	Model     = "pp-ocr"
	Workflow  = "read-text"
)

//go:embed read_text.json
var definition []byte

// Result has the created resources. The vault returns the key only once, and so does Seed.
type Result struct {
	Key     string
	KeyName string
	Share   string
	Token   string
}

// Exists reports whether the workspace exists.
func Exists(ctx context.Context, operator *client.Client) (bool, error) {
	err := operator.Do(ctx, http.MethodGet, "/v1/workspaces/"+Workspace, nil, nil, nil)
	if client.IsReason(err, "NOT_FOUND") {
		return false, nil
	}
	return err == nil, err
}

// Seed creates the demo with an operator's key. Each step is idempotent, so Seed continues
// after an interruption. It reports progress in short lines.
func Seed(ctx context.Context, operator *client.Client, modelFile string, progress func(string)) (*Result, error) {
	s := &seeder{ctx: ctx, progress: progress}
	s.step("workspace "+Workspace, func() error {
		return created(operator.Do(ctx, http.MethodPost, "/v1/workspaces", url.Values{"workspaceId": {Workspace}}, object{"title": "Keyhole demo"}, nil))
	})
	result := &Result{}
	s.step("public models", func() error { return seed.StandardModels(ctx, operator, modelFile) })
	s.step("owner key", func() error {
		var key struct{ Key, Name string }
		err := operator.Do(ctx, http.MethodPost, "/v1/workspaces/"+Workspace+"/keys", nil, object{"title": "demo owner"}, &key)
		result.Key, result.KeyName = key.Key, key.Name
		return err
	})
	if s.err != nil {
		return nil, fmt.Errorf("make the demo's %w", s.err)
	}
	owner := operator.WithKey(result.Key)
	s.step("private model "+Model, func() error { return seedModel(ctx, owner, modelFile) })
	s.step("workflow "+Workflow, func() error { return seedWorkflow(ctx, owner) })
	s.step("share", func() error { return seedShare(ctx, owner, result) })
	if s.err != nil {
		return nil, fmt.Errorf("make the demo's %w", s.err)
	}
	storeExample(ctx, owner, result.Share, progress)
	return result, nil
}

// seeder runs steps until one fails.
type seeder struct {
	ctx      context.Context
	progress func(string)
	err      error
}

func (s *seeder) step(what string, do func() error) {
	if s.err != nil {
		return
	}
	s.progress(what)
	if err := do(); err != nil {
		s.err = fmt.Errorf("%s: %w", what, err)
	}
}

// created treats "already exists" as success.
func created(err error) error {
	if client.IsReason(err, "ALREADY_EXISTS") {
		return nil
	}
	return err
}

func seedModel(ctx context.Context, owner *client.Client, file string) error {
	return seed.Model{
		Workspace: Workspace, ID: Model, Title: "PP-OCRv4, Chinese and English", Task: "text-recognition", File: file,
	}.Make(ctx, owner)
}

func seedWorkflow(ctx context.Context, owner *client.Client) error {
	return created(owner.Do(ctx, http.MethodPost, "/v1/workspaces/"+Workspace+"/workflows", url.Values{"workflowId": {Workflow}}, object{
		"title":       "Read the text in a picture",
		"description": "Finds lines of text in a photograph, reads them, and draws a box with the text around each.",
		"definition":  json.RawMessage(definition),
	}, nil))
}

func seedShare(ctx context.Context, owner *client.Client, result *Result) error {
	path := "/v1/workspaces/" + Workspace + "/workflows/" + Workflow + "/shares"
	var share struct{ Name, Token string }
	starts, err := samples(ctx, owner)
	if err != nil {
		return err
	}
	err = owner.Do(ctx, http.MethodPost, path, url.Values{"shareId": {"demo"}}, object{
		"title": "Demo link", "runAccess": "RUN_ACCESS_OWNER",
		"samples": starts,
	}, &share)
	if client.IsReason(err, "ALREADY_EXISTS") {
		err = owner.Do(ctx, http.MethodGet, path+"/demo", nil, nil, &share)
	}
	result.Share, result.Token = share.Name, share.Token
	return err
}

// Try returns the command that runs the demo's link on a photograph.
func Try(base, token, photo string) string {
	return fmt.Sprintf(`curl -s %s/v1/shared/%s:run -H 'content-type: application/json' \
  -d "{\"inputs\":{\"image\":{\"type\":\"base64\",\"value\":\"$(base64 -w0 %s)\"}}}"`, strings.TrimSuffix(base, "/"), token, photo)
}
