package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/show"
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
	Title       string `help:"Title (default: the id)."`
	Description string `help:"What it does, for people."`
}

// Run saves it.
func (c *workflowCreate) Run(a *app) error {
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

// RunFlags are the inputs of a run.
type RunFlags struct {
	Input []string `help:"Input: name=value for text, name=@file for a picture, name:=JSON for JSON." short:"i" placeholder:"NAME=VALUE" sep:"none"`
	Save  string   `help:"Folder for the pictures among the outputs." type:"path"`
}

func (f RunFlags) inputs() (object, error) {
	inputs := object{}
	for _, text := range f.Input {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("input %q is not name=value", text)
		}
		switch {
		case strings.HasSuffix(name, ":"):
			var v json.RawMessage // keeps the text of numbers
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				return nil, fmt.Errorf("input %s is not JSON: %w", strings.TrimSuffix(name, ":"), err)
			}
			inputs[strings.TrimSuffix(name, ":")] = v
		case strings.HasPrefix(value, "@"):
			raw, err := os.ReadFile(value[1:])
			if err != nil {
				return nil, fmt.Errorf("read input %s: %w", name, err)
			}
			inputs[name] = object{"type": "base64", "value": base64.StdEncoding.EncodeToString(raw)}
		default:
			inputs[name] = value
		}
	}
	return inputs, nil
}

// follow runs with progress on standard error, and prints the outputs. more are further
// fields of the request.
func (f RunFlags) follow(a *app, more object, conn func() (streamer, string, error)) error {
	inputs, err := f.inputs()
	if err != nil {
		return err
	}
	cl, path, err := conn()
	if err != nil {
		return err
	}
	body := object{"inputs": inputs}
	maps.Copy(body, more)
	var outputs []any
	err = cl.Stream(a.ctx, path+":runStream", body, func(line json.RawMessage) error {
		var event struct {
			Step *struct {
				Step, State string
				Outputs     *struct{ Values any }
			}
			Finished *struct{ Outputs []any }
		}
		if err := client.Decode(bytes.NewReader(line), &event); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		if event.Step != nil && !a.conn.JSON {
			_, _ = fmt.Fprintf(os.Stderr, "%s: %s\n", show.Printable(event.Step.Step), show.Word(event.Step.State))
		}
		if event.Step != nil && event.Step.Outputs != nil {
			if err := show.New(os.Stderr, a.conn.JSON).Raw(event.Step.Outputs.Values); err != nil {
				return err
			}
		}
		if event.Finished != nil {
			outputs = event.Finished.Outputs
		}
		return nil
	})
	if err != nil {
		return err
	}
	if f.Save != "" {
		if err := savePictures(f.Save, outputs); err != nil {
			return err
		}
	}
	return a.print().Raw(outputs)
}

type streamer interface {
	Stream(ctx ctx, path string, body any, line func(json.RawMessage) error) error
}

// savePictures writes every picture of the outputs to a separate file, and replaces it by
// the name of the file.
func savePictures(folder string, outputs []any) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	for i, element := range outputs {
		fields, _ := element.(object)
		for name, v := range fields {
			picture, _ := v.(object)
			text, _ := picture["value"].(string)
			if picture["type"] != "base64" || text == "" {
				continue
			}
			raw, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return fmt.Errorf("decode picture %s: %w", name, err)
			}
			// The name comes from a definition, so only its letters are used in the path.
			file := filepath.Join(folder, fmt.Sprintf("%s-%d.jpg", plain(name), i))
			if err := os.WriteFile(file, raw, 0o644); err != nil {
				return fmt.Errorf("save picture: %w", err)
			}
			fields[name] = file
		}
	}
	return nil
}

func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
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
