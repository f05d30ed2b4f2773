package main

import (
	"net/http"
	"net/url"
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
