package workflow

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// Blocks are the commands for the blocks that workflows are made of.
type Blocks struct {
	cli.Connection

	List blockList `cmd:"" help:"List the blocks that workflows are made of."`
	Show blockShow `cmd:"" help:"Show a block with its fields and an example."`
}

type blockList struct {
	Text     string `arg:"" optional:"" help:"Only blocks with these words."`
	Category string `help:"Only this category: model, sink, formatter ..."`
	Kind     string `help:"Only blocks that take or give this kind of value: image, string ..."`
	Runnable *bool  `help:"Only blocks that run here (--runnable=false: only those that do not)."`
	cli.PageFlags
}

// Run lists blocks.
func (c *blockList) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
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
	return a.ListAt(ctx, cl, "/v1/blocks", "blocks", c.PageFlags, query, "type", "title", "category", "runnable", "notRunnableMessage")
}

type blockShow struct {
	Type string `arg:"" help:"The type, such as roboflow_core/dynamic_crop@v1. The prefix roboflow_core/ is optional."`
}

// Run shows a block.
func (c *blockShow) Run(ctx context.Context, a *cli.App) error {
	cl, err := a.Conn.Client()
	if err != nil {
		return err
	}
	blockType := c.Type
	if !strings.Contains(blockType, "/") {
		blockType = "roboflow_core/" + blockType
	}
	path := "/v1/blocks/" + url.PathEscape(strings.ReplaceAll(blockType, "/", "."))
	return a.SendTo(ctx, cl, http.MethodGet, path, nil, nil,
		"type", "title", "category", "help", "runnable", "notRunnableMessage", "replacedBy", "sink", "destination", "inputKinds", "outputs", "example")
}
