package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/show"
)

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
