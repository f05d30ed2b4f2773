package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

type ctx = context.Context

type shareCmd struct {
	Connection

	Create shareCreate `cmd:"" help:"Share a workflow by link."`
	List   shareList   `cmd:"" help:"List the shares of a workflow."`
	Pause  sharePause  `cmd:"" help:"Stop a share until it is resumed."`
	Resume shareResume `cmd:"" help:"Let a paused or suspended share run again."`
	Rotate shareRotate `cmd:"" help:"Give a share a new link; the old one is dead."`
	Revoke shareRevoke `cmd:"" help:"Revoke a share."`
	View   shareView   `cmd:"" help:"Show what a link opens."`
	Run    shareRun    `cmd:"" help:"Run a preview through a link."`
	Fork   shareFork   `cmd:"" help:"Copy the workflow of a link into your workspace."`
}

type shareCreate struct {
	Workflow    string `arg:"" help:"The workflow: its id or its name."`
	Title       string `help:"Title, for you."`
	RunAccess   bool   `help:"Charge runs to your key, so that your private models work for visitors."`
	Credentials bool   `help:"Let visitors use your credentials, hidden."`
	Runs        int64  `help:"Runs a day, all visitors together."`
	FollowLive  bool   `help:"Follow the live version instead of the present one."`
}

// Run makes it.
func (c *shareCreate) Run(a *app) error {
	body := object{"title": c.Title, "followLive": c.FollowLive}
	if c.RunAccess {
		body["runAccess"] = "RUN_ACCESS_OWNER"
	}
	if c.Credentials {
		body["credentialAccess"] = "CREDENTIAL_ACCESS_OWNER"
	}
	if c.Runs > 0 {
		body["limits"] = object{"runs": strconv.FormatInt(c.Runs, 10), "period": "PERIOD_DAY"}
	}
	return a.about(http.MethodPost, aWorkflow, c.Workflow, "/shares", nil, body, shareFields...)
}

var shareFields = []string{"name", "title", "token", "uri", "state", "version", "runAccess", "credentialAccess", "limits", "detected", "notices"}

type shareList struct {
	Workflow string `arg:"" help:"The workflow: its id or its name."`
	PageFlags
}

// Run lists them.
func (c *shareList) Run(a *app) error {
	return a.listBelow(aWorkflow, c.Workflow, "shares", c.PageFlags, nil, "name", "title", "state", "runAccess", "credentialAccess", "token")
}

// OneShare names a share.
type OneShare struct {
	Share string `arg:"" help:"The share: WORKFLOW/SHARE or its name."`
}

type sharePause struct{ OneShare }

// Run pauses it.
func (c *sharePause) Run(a *app) error {
	return a.about(http.MethodPost, aShare, c.Share, ":pause", nil, object{}, shareFields...)
}

type shareResume struct{ OneShare }

// Run resumes it.
func (c *shareResume) Run(a *app) error {
	return a.about(http.MethodPost, aShare, c.Share, ":resume", nil, object{}, shareFields...)
}

type shareRotate struct{ OneShare }

// Run rotates it.
func (c *shareRotate) Run(a *app) error {
	return a.about(http.MethodPost, aShare, c.Share, ":rotate", nil, object{}, shareFields...)
}

type shareRevoke struct{ OneShare }

// Run revokes it.
func (c *shareRevoke) Run(a *app) error { return a.remove(aShare, c.Share) }

// Target is the link that a command is about.
type Target struct {
	Link string `arg:"" help:"The link, or its token."`
}

func (l Target) path() (string, error) {
	text := strings.TrimSuffix(l.Link, "/")
	if n, err := aShare.parse(text); err == nil && n.workspace != "" {
		return "", fmt.Errorf("%q names a share, but a link is wanted here: keyhole share list prints its token", text)
	}
	return "/v1/shared/" + url.PathEscape(text[strings.LastIndex(text, "/")+1:]), nil
}

func (l Target) at(a *app) (*client.Client, string, error) {
	path, err := l.path()
	if err != nil {
		return nil, "", err
	}
	cl, err := a.conn.client()
	return cl, path, err
}

type shareView struct{ Target }

// Run shows it.
func (c *shareView) Run(a *app) error {
	cl, path, err := c.at(a)
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, path, nil, nil, &reply); err != nil {
		return err
	}
	return a.print().one(reply, "title", "description", "owner", "version", "terms", "interface", "allowances", "runnable")
}

type shareRun struct {
	Target
	RunFlags
}

// Run runs it.
func (c *shareRun) Run(a *app) error {
	return c.follow(a, func() (streamer, string, error) { return c.at(a) })
}

type shareFork struct {
	Target
	ID string `help:"Id of the fork." name:"id"`
}

// Run forks it.
func (c *shareFork) Run(a *app) error {
	path, err := c.path()
	if err != nil {
		return err
	}
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	var reply object
	body := object{"parent": strings.TrimPrefix(parent, "/v1/"), "workflowId": c.ID}
	if err := cl.Do(a.ctx, http.MethodPost, path+":fork", nil, body, &reply); err != nil {
		return err
	}
	return a.print().one(reply, "workflow", "report")
}

type runCmd struct {
	Connection

	List runList `cmd:"" help:"List runs, newest first."`
	Get  runGet  `cmd:"" help:"Show one run with its steps and charges."`
}

type runList struct{ PageFlags }

// Run lists them.
func (c *runList) Run(a *app) error {
	return a.list("/runs", "runs", c.PageFlags, nil, "name", "state", "workflow", "share", "chargedKey", "startTime", "reason")
}

type runGet struct {
	ID string `arg:"" help:"The run: its id or its name."`
}

// Run shows it.
func (c *runGet) Run(a *app) error {
	return a.about(http.MethodGet, aRun, c.ID, "", nil, nil, "name", "state", "workflow", "version", "share", "chargedKey", "reason", "message", "startTime", "endTime", "charges", "steps")
}

type usageCmd struct {
	Connection

	By string `help:"Group by: key, share, visitor, workflow, model, credential, day." enum:",key,share,visitor,workflow,model,credential,day" default:"key"`
	PageFlags
}

// Run prints the sums.
func (c *usageCmd) Run(a *app) error {
	return a.list("/usage", "rows", c.PageFlags, url.Values{"groupBy": {c.By}}, "group", "runs", "failedRuns", "modelImages", "credentialCalls", "inputTokens", "outputTokens")
}
