package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"github.com/alecthomas/kong"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/completion"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/show"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// app holds the context and the streams of a command.
type app struct {
	ctx  context.Context
	conn *Connection
	out  io.Writer
	in   io.Reader
}

func (a *app) print() show.Printer { return show.New(a.out, a.conn.JSON) }

type object = show.Object

// call sends one request in the workspace and prints the reply.
func (a *app) call(method, path string, query url.Values, body any, fields ...string) error {
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, method, parent+path, query, body, &reply); err != nil {
		return err
	}
	return a.print().One(reply, fields...)
}

// list prints one page below the workspace.
func (a *app) list(path, list string, page PageFlags, query url.Values, fields ...string) error {
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	return a.listAt(cl, parent+path, list, page, query, fields...)
}

func (a *app) listAt(cl *client.Client, path, list string, page PageFlags, query url.Values, fields ...string) error {
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, path, page.query(query), nil, &reply); err != nil {
		return err
	}
	return a.print().List(reply, list, fields...)
}

type PageFlags struct {
	PageSize  int    `help:"Rows per page." default:"50"`
	PageToken string `help:"Page token from the previous response."`
}

func (p PageFlags) query(q url.Values) url.Values {
	if q == nil {
		q = url.Values{}
	}
	q.Set("pageSize", strconv.Itoa(p.PageSize))
	if p.PageToken != "" {
		q.Set("pageToken", p.PageToken)
	}
	return q
}

// textQuery asks for rows that contain a text.
func textQuery(text string) url.Values {
	query := url.Values{}
	if text != "" {
		query.Set("text", text)
	}
	return query
}

// file reads a file, or standard input for "-".
func (a *app) file(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.in)
	}
	return os.ReadFile(name)
}

// definitionFile reads a definition, with or without the wrapper of another program. Its
// errors have the line and the column in the file.
func (a *app) definitionFile(name string) (json.RawMessage, error) {
	raw, err := a.file(name)
	if err != nil {
		return nil, fmt.Errorf("read definition: %w", err)
	}
	definition, problems := workflow.Unwrap(raw)
	if len(problems) > 0 {
		return nil, fmt.Errorf("read definition: %s: %s", name, problems[0].Message)
	}
	return definition, nil
}

type completionCmd struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help is kong's hook for the text below the flags.
func (completionCmd) Help() string {
	return "For this session: source <(keyhole completion bash). Fish: keyhole completion fish | source."
}

// Run prints the script.
func (c *completionCmd) Run(a *app, k *kong.Kong) error {
	return completion.Write(a.out, c.Shell, "keyhole", k.Model.Node)
}

type whoamiCmd struct{ Connection }

// Run prints the workspace and the role of the key.
func (whoamiCmd) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, "/v1/whoami", nil, nil, &reply); err != nil {
		return err
	}
	return a.print().One(reply, "role", "workspace", "person", "personTitle", "key", "keyTitle", "session", "sessionExpireTime", "permissions")
}

type workspaceCmd struct {
	Connection

	Create workspaceCreate `cmd:"" help:"Create a workspace (operators only)."`
	List   workspaceList   `cmd:"" help:"List workspaces (operators only)."`
	Get    workspaceGet    `cmd:"" help:"Show a workspace."`
}

type workspaceCreate struct {
	ID    string `arg:"" help:"Id of the workspace."`
	Title string `help:"Title."`
}

// Run creates it.
func (c *workspaceCreate) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodPost, "/v1/workspaces", url.Values{"workspaceId": {c.ID}}, object{"title": c.Title}, &reply); err != nil {
		return err
	}
	return a.print().One(reply, "name", "title")
}

type workspaceList struct {
	PageFlags
	Text string `help:"Only workspaces with this text in the id or the title."`
}

// Run lists them.
func (c *workspaceList) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	return a.listAt(cl, "/v1/workspaces", "workspaces", c.PageFlags, textQuery(c.Text), "name", "title", "createTime")
}

type workspaceGet struct {
	ID string `arg:"" help:"The workspace: its id or its name."`
}

// Run shows it.
func (c *workspaceGet) Run(a *app) error {
	return a.about(http.MethodGet, aWorkspace, c.ID, "", nil, nil, "name", "title", "createTime")
}
