package run

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/cli/show"
	"github.com/keyhole-dev/keyhole/deploy/client"
)

// Flags are the inputs of a run, and where its pictures go.
type Flags struct {
	Input []string `help:"Input: name=value for text, name=@file for a picture, name:=JSON for JSON." short:"i" placeholder:"NAME=VALUE" sep:"none"`
	Save  string   `help:"Folder for the pictures among the outputs." type:"path"`
}

// Inputs returns the inputs by name, as the API takes them.
func (f Flags) Inputs() (cli.Object, error) {
	inputs := cli.Object{}
	for _, text := range f.Input {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("input %q is not name=value", text)
		}
		switch {
		case strings.HasSuffix(name, ":"):
			name = strings.TrimSuffix(name, ":")
			var v json.RawMessage // keeps the text of numbers
			if err := json.Unmarshal([]byte(value), &v); err != nil {
				return nil, fmt.Errorf("input %s is not JSON: %w", name, err)
			}
			inputs[name] = v
		case strings.HasPrefix(value, "@"):
			raw, err := os.ReadFile(value[1:])
			if err != nil {
				return nil, fmt.Errorf("read input %s: %w", name, err)
			}
			inputs[name] = cli.Object{"type": "base64", "value": base64.StdEncoding.EncodeToString(raw)}
		default:
			inputs[name] = value
		}
	}
	return inputs, nil
}

// Run runs the workflow at a path and prints its outputs. more are further fields of the
// request.
func (f Flags) Run(ctx context.Context, a *cli.App, cl *client.Client, path string, more cli.Object) error {
	inputs, err := f.Inputs()
	if err != nil {
		return err
	}
	body := cli.Object{"inputs": inputs}
	maps.Copy(body, more)
	var outputs []any
	err = cl.Stream(ctx, path+":runStream", body, func(line json.RawMessage) error {
		var e event
		if err := client.Decode(bytes.NewReader(line), &e); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		if e.Finished != nil {
			outputs = e.Finished.Outputs
		}
		return e.printStep(a.Conn.JSON)
	})
	if err != nil {
		return err
	}
	if f.Save != "" {
		if err := savePictures(f.Save, outputs); err != nil {
			return err
		}
	}
	return a.Print().Raw(outputs)
}

// event is a line of the stream of a run.
type event struct {
	Step *struct {
		Step, State string
		Outputs     *struct{ Values any }
	}
	Finished *struct{ Outputs []any }
}

// printStep prints the progress of a step on standard error, and its outputs if the run was
// asked for them. For scripts it prints only the outputs.
func (e event) printStep(asJSON bool) error {
	if e.Step == nil {
		return nil
	}
	if !asJSON {
		_, _ = fmt.Fprintf(os.Stderr, "%s: %s\n", show.Printable(e.Step.Step), show.Word(e.Step.State))
	}
	if e.Step.Outputs == nil {
		return nil
	}
	return show.New(os.Stderr, asJSON).Raw(e.Step.Outputs.Values)
}
