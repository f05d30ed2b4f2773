package workflow

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// Templates are the commands for workflows to start from.
type Templates struct {
	cli.Connection

	List templateList `cmd:"" help:"List workflows to start from, and what they need."`
	Show templateShow `cmd:"" help:"Show a template with its guide."`
}

type templateList struct{}

// Run lists templates.
func (c *templateList) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodGet, "/v1/templates", nil, nil, &reply); err != nil {
		return err
	}
	if !a.Conn.JSON {
		reply = withNeeds(reply)
	}
	return a.Print().List(reply, "templates", "name", "title", "summary", "needs")
}

// withNeeds replaces what each template needs by its words.
func withNeeds(page cli.Object) cli.Object {
	rows, _ := page["templates"].([]any)
	for _, row := range rows {
		template, ok := row.(cli.Object)
		if !ok {
			continue
		}
		template["needs"] = needsOf(template)
	}
	return page
}

func needsOf(template cli.Object) string {
	needs, _ := template["needs"].([]any)
	var words []string
	for _, need := range needs {
		if n, ok := need.(cli.Object); ok {
			words = append(words, fmt.Sprint(n["title"]))
		}
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

type templateShow struct {
	Name   string `arg:"" help:"The template, such as read-text."`
	Sample string `help:"Also write the sample picture to this file." type:"path" placeholder:"FILE"`
}

// Run shows a template.
func (c *templateShow) Run(ctx context.Context, a *cli.App) error {
	reply, err := getTemplate(ctx, a, c.Name)
	if err != nil {
		return err
	}
	if c.Sample != "" {
		if err := writeSample(c.Sample, reply); err != nil {
			return err
		}
	}
	if a.Conn.JSON {
		return a.Print().Raw(reply)
	}
	reply["needs"] = needsOf(reply)
	return a.Print().One(reply, "name", "title", "summary", "needs", "credit", "guide", "definition")
}

// getTemplate gets a template by its id or its name.
func getTemplate(ctx context.Context, a *cli.App, name string) (cli.Object, error) {
	cl, err := a.Conn.Client()
	if err != nil {
		return nil, err
	}
	var reply cli.Object
	path := "/v1/templates/" + url.PathEscape(strings.TrimPrefix(name, "templates/"))
	return reply, cl.Do(ctx, http.MethodGet, path, nil, nil, &reply)
}

// writeSample writes the picture among the inputs of a run on the sample.
func writeSample(file string, template cli.Object) error {
	inputs, _ := template["inputs"].(cli.Object)
	for _, input := range inputs {
		picture, _ := input.(cli.Object)
		text, _ := picture["value"].(string)
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) == 0 {
			continue
		}
		if err := os.WriteFile(file, raw, 0o644); err != nil {
			return fmt.Errorf("write sample: %w", err)
		}
		return nil
	}
	return errors.New("the template has no sample picture")
}
