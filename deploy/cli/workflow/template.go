package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
)

type blockCmd struct {
	Connection

	List blockList `cmd:"" help:"List the blocks that workflows are made of."`
	Show blockShow `cmd:"" help:"Show a block with its fields and an example."`
}

type blockList struct {
	Text     string `arg:"" optional:"" help:"Only blocks with these words."`
	Category string `help:"Only this category: model, sink, formatter ..."`
	Kind     string `help:"Only blocks that take or give this kind of value: image, string ..."`
	Runnable *bool  `help:"Only blocks that run here (--runnable=false: only those that do not)."`
	PageFlags
}

// Run lists them.
func (c *blockList) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"text": c.Text, "category": c.Category, "kind": c.Kind} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if c.Runnable != nil {
		query.Set("runnable", strconv.FormatBool(*c.Runnable))
	}
	return a.listAt(cl, "/v1/blocks", "blocks", c.PageFlags, query, "type", "title", "category", "runnable", "notRunnableMessage")
}

type blockShow struct {
	Type string `arg:"" help:"The type, such as roboflow_core/dynamic_crop@v1. roboflow_core/ may be left out."`
}

// Run shows it.
func (c *blockShow) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	blockType := c.Type
	if !strings.Contains(blockType, "/") {
		blockType = "roboflow_core/" + blockType
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, "/v1/blocks/"+url.PathEscape(strings.ReplaceAll(blockType, "/", ".")), nil, nil, &reply); err != nil {
		return err
	}
	return a.print().One(reply, "type", "title", "category", "help", "runnable", "notRunnableMessage", "replacedBy", "sink", "destination", "inputKinds", "outputs", "example")
}

type templateCmd struct {
	Connection

	List templateList `cmd:"" help:"List workflows to start from, and what they need."`
	Show templateShow `cmd:"" help:"Show a template with its guide."`
}

type templateList struct{}

// Run lists them.
func (c *templateList) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, "/v1/templates", nil, nil, &reply); err != nil {
		return err
	}
	if !a.conn.JSON {
		reply = withNeeds(reply)
	}
	return a.print().List(reply, "templates", "name", "title", "summary", "needs")
}

// withNeeds replaces what each template needs by its words.
func withNeeds(page object) object {
	rows, _ := page["templates"].([]any)
	for _, row := range rows {
		template, ok := row.(object)
		if !ok {
			continue
		}
		template["needs"] = needsOf(template)
	}
	return page
}

func needsOf(template object) string {
	needs, _ := template["needs"].([]any)
	var words []string
	for _, need := range needs {
		if n, ok := need.(object); ok {
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

// Run shows it.
func (c *templateShow) Run(a *app) error {
	reply, err := a.template(c.Name)
	if err != nil {
		return err
	}
	if c.Sample != "" {
		if err := writeSample(c.Sample, reply); err != nil {
			return err
		}
	}
	if a.conn.JSON {
		return a.print().Raw(reply)
	}
	reply["needs"] = needsOf(reply)
	return a.print().One(reply, "name", "title", "summary", "needs", "credit", "guide", "definition")
}

// template gets a template by its id or its name.
func (a *app) template(name string) (object, error) {
	cl, err := a.conn.client()
	if err != nil {
		return nil, err
	}
	var reply object
	path := "/v1/templates/" + url.PathEscape(strings.TrimPrefix(name, "templates/"))
	return reply, cl.Do(a.ctx, http.MethodGet, path, nil, nil, &reply)
}

// writeSample writes the picture among the inputs of a run on the sample.
func writeSample(file string, template object) error {
	inputs, _ := template["inputs"].(object)
	for _, input := range inputs {
		picture, _ := input.(object)
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
