package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

// app is what every command is run with.
type app struct {
	ctx  context.Context
	conn *Connection
	out  io.Writer
	in   io.Reader
}

func (a *app) print() printer { return printer{a.out, a.conn.JSON} }

// call is one request below the workspace, and prints the one reply.
func (a *app) call(method, path string, query url.Values, body any, fields ...string) error {
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, method, parent+path, query, body, &reply); err != nil {
		return err
	}
	return a.print().one(reply, fields...)
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
	return a.print().table(reply, list, fields...)
}

type PageFlags struct {
	PageSize  int    `help:"Rows of a page." default:"50"`
	PageToken string `help:"Token of the page, from the one before."`
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

// jsonFile reads a file, or standard input for "-".
func (a *app) jsonFile(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.in)
	}
	return os.ReadFile(name)
}

type whoamiCmd struct{ Connection }

// Run prints whose key it is.
func (whoamiCmd) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, "/v1/whoami", nil, nil, &reply); err != nil {
		return err
	}
	return a.print().one(reply, "role", "workspace", "key", "permissions")
}

type workspaceCmd struct {
	Connection

	Create workspaceCreate `cmd:"" help:"Create a workspace (operators)."`
	List   workspaceList   `cmd:"" help:"List workspaces (operators)."`
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
	return a.print().one(reply, "name", "title")
}

type workspaceList struct{ PageFlags }

// Run lists them.
func (c *workspaceList) Run(a *app) error {
	cl, err := a.conn.client()
	if err != nil {
		return err
	}
	return a.listAt(cl, "/v1/workspaces", "workspaces", c.PageFlags, nil, "name", "title", "createTime")
}

type keyCmd struct {
	Connection

	Create keyCreate `cmd:"" help:"Make a key; it is shown once."`
	List   keyList   `cmd:"" help:"List keys."`
	Revoke keyRevoke `cmd:"" help:"Revoke a key."`
}

type keyCreate struct {
	Title  string `help:"Title."`
	Runs   int64  `help:"Budget: runs in a period; none when 0."`
	Period string `help:"Period of the budget." enum:"day,month,lifetime" default:"month"`
}

// Run makes it.
func (c *keyCreate) Run(a *app) error {
	body := object{"title": c.Title}
	if c.Runs > 0 {
		body["budget"] = object{"runs": strconv.FormatInt(c.Runs, 10), "period": "PERIOD_" + strings.ToUpper(c.Period)}
	}
	return a.call(http.MethodPost, "/keys", nil, body, "name", "title", "key", "budget")
}

type keyList struct{ PageFlags }

// Run lists them.
func (c *keyList) Run(a *app) error {
	return a.list("/keys", "keys", c.PageFlags, nil, "name", "title", "prefix", "budget", "revokeTime")
}

type keyRevoke struct {
	ID string `arg:"" help:"The key: its id or its name."`
}

// Run revokes it.
func (c *keyRevoke) Run(a *app) error {
	return a.remove(aKey, c.ID)
}

type credentialCmd struct {
	Connection

	Create credentialCreate `cmd:"" help:"Store a credential; the value is read from a file or standard input."`
	List   credentialList   `cmd:"" help:"List credentials, without values."`
	Delete credentialDelete `cmd:"" help:"Destroy a credential."`
}

type credentialCreate struct {
	ID        string   `arg:"" help:"Id of the credential."`
	Provider  string   `help:"Whose it is: openai, openai_compatible, anthropic, generic ..." required:""`
	Host      []string `help:"Destination that it may go to; the provider's own by default." placeholder:"URL"`
	ValueFile string   `help:"File that holds the value; - for standard input." default:"-"`
	Title     string   `help:"Title."`
}

// Run stores it.
func (c *credentialCreate) Run(a *app) error {
	value, err := a.jsonFile(c.ValueFile)
	if err != nil {
		return fmt.Errorf("read value: %w", err)
	}
	body := object{"provider": c.Provider, "value": strings.TrimRight(string(value), "\r\n"), "hosts": c.Host, "title": c.Title}
	return a.call(http.MethodPost, "/credentials", url.Values{"credentialId": {c.ID}}, body, "name", "provider", "hosts", "fingerprint", "version", "guardable")
}

type credentialList struct{ PageFlags }

// Run lists them.
func (c *credentialList) Run(a *app) error {
	return a.list("/credentials", "credentials", c.PageFlags, nil, "name", "provider", "hosts", "fingerprint", "version")
}

type credentialDelete struct {
	ID string `arg:"" help:"The credential: its id or its name."`
}

// Run destroys it.
func (c *credentialDelete) Run(a *app) error {
	return a.remove(aCredential, c.ID)
}

type modelCmd struct {
	Connection

	Upload modelUpload `cmd:"" help:"Upload a model: creates it if need be, and makes a version of the file."`
	List   modelList   `cmd:"" help:"List models."`
}

type modelUpload struct {
	ID     string `arg:"" help:"The model: its id or its name."`
	File   string `arg:"" help:"An .onnx file, or a zip of a model package." type:"existingfile"`
	Title  string `help:"Title of a new model."`
	Task   string `help:"Task of a new model." default:"object-detection"`
	Public bool   `help:"Make a new model public."`
}

// Run uploads it.
func (c *modelUpload) Run(a *app) error {
	cl, model, err := a.at(aModel, c.ID)
	if err != nil {
		return err
	}
	visibility := "VISIBILITY_PRIVATE"
	if c.Public {
		visibility = "VISIBILITY_PUBLIC"
	}
	err = cl.Do(a.ctx, http.MethodPost, path.Dir(model), url.Values{"modelId": {path.Base(model)}}, object{"title": c.Title, "task": c.Task, "visibility": visibility}, nil)
	if err != nil && !client.IsReason(err, "ALREADY_EXISTS") {
		return err
	}
	var version, ready object
	if err := cl.Do(a.ctx, http.MethodPost, model+"/versions", nil, object{}, &version); err != nil {
		return err
	}
	name, _ := version["name"].(string)
	if err := cl.Upload(a.ctx, "/v1/"+name+"/artifact", c.File, &ready); err != nil {
		return err
	}
	return a.print().one(ready, "name", "state", "sizeBytes", "sha256")
}

type modelList struct{ PageFlags }

// Run lists them.
func (c *modelList) Run(a *app) error {
	return a.list("/models", "models", c.PageFlags, nil, "name", "title", "task", "visibility", "latestVersion")
}
