package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/client"
)

type ctx = context.Context

type shareCmd struct {
	Connection

	Create  shareCreate  `cmd:"" help:"Share a workflow by link."`
	List    shareList    `cmd:"" help:"List the shares of a workflow."`
	Get     shareGet     `cmd:"" help:"Show a share with its link."`
	Update  shareUpdate  `cmd:"" help:"Change the settings of a share."`
	Pause   sharePause   `cmd:"" help:"Stop the runs of a share until you resume it."`
	Resume  shareResume  `cmd:"" help:"Let a paused or suspended share run again. If the guard has suspended shares twice because of a credential's value, first store a new value with keyhole credential update."`
	Rotate  shareRotate  `cmd:"" help:"Give a share a new link. The old link stops working."`
	Revoke  shareRevoke  `cmd:"" help:"Revoke a share."`
	Example shareExample `cmd:"" help:"Run a sample as a visitor would, and store its result as an example for visitors."`
	View    shareView    `cmd:"" help:"Show the workflow behind a link."`
	Watch   shareWatch   `cmd:"" help:"Wait until what a link shows has changed."`
	Run     shareRun     `cmd:"" help:"Run a workflow through a link."`
	Fork    shareFork    `cmd:"" help:"Copy the workflow behind a link into your workspace."`
}

type shareCreate struct {
	Workflow string `arg:"" help:"The workflow: its id or its name."`
	ID       string `help:"Id of the share (default: generated)." name:"id"`
	ShareFlags
}

// Run makes it.
func (c *shareCreate) Run(a *app) error {
	e, err := c.edit(a)
	if err != nil {
		return err
	}
	if limits, ok := e.body["limits"].(object); ok && limits["period"] == nil {
		limits["period"] = "PERIOD_DAY"
	}
	query := url.Values{}
	if c.ID != "" {
		query.Set("shareId", c.ID)
	}
	return a.about(http.MethodPost, aWorkflow, c.Workflow, "/shares", query, e.fields(), shareFields...)
}

var shareFields = []string{
	"name", "title", "token", "uri", "state", "version", "followLive", "runAccess", "credentialAccess", "chargedKey", "limits",
	"sinksEnabled", "forkDisabled", "expireTime", "frameOrigins", "runOrigins", "presentation", "examples", "detected", "notices", "suspension",
}

type shareGet struct{ OneShare }

// Run shows it.
func (c *shareGet) Run(a *app) error {
	return a.about(http.MethodGet, aShare, c.Share, "", nil, nil, shareFields...)
}

type shareUpdate struct {
	OneShare
	ShareFlags
}

// Run changes it.
func (c *shareUpdate) Run(a *app) error {
	e, err := c.edit(a)
	if err != nil {
		return err
	}
	return e.send(a, aShare, c.Share, shareFields...)
}

type shareList struct {
	Workflow string `arg:"" help:"The workflow: its id or its name."`
	Revoked  bool   `help:"Include revoked ones."`
	PageFlags
}

// Run lists them.
func (c *shareList) Run(a *app) error {
	query := url.Values{}
	if c.Revoked {
		query.Set("showRevoked", "true")
	}
	return a.listBelow(aWorkflow, c.Workflow, "shares", c.PageFlags, query, "name", "title", "state", "runAccess", "credentialAccess", "token")
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

// Target is the link of a command.
type Target struct {
	Link string `arg:"" help:"Link or its token."`
}

func (l Target) path() (string, error) {
	text := strings.TrimSpace(l.Link)
	if n, err := aShare.parse(text); err == nil && n.workspace != "" {
		return "", fmt.Errorf("%q is a share, not a link: keyhole share list prints the token of its link", text)
	}
	return "/v1/shared/" + url.PathEscape(tokenIn(text)), nil
}

// tokenIn finds the token in pasted text: after "/s/" or "/embed/", or from the start, up to
// the first character that no token contains.
func tokenIn(text string) string {
	for _, page := range []string{"/s/", "/embed/", "/shared/"} {
		if _, token, found := strings.Cut(text, page); found {
			text = token
			break
		}
	}
	if found := inToken.FindString(text); found != "" {
		return found
	}
	return text
}

var inToken = regexp.MustCompile(`[A-Za-z0-9_-]+`)

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
	return a.print().View(reply)
}

type shareRun struct {
	Target
	RunFlags
}

// Run runs it.
func (c *shareRun) Run(a *app) error {
	return c.follow(a, nil, func() (streamer, string, error) { return c.at(a) })
}

type shareFork struct {
	Target
	ID    string `help:"Id of the fork (default: made from the title)." name:"id"`
	Title string `help:"Title of the fork (default: the title of the original)."`
	Check bool   `help:"Report what the fork would lack without creating it."`
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
	body := object{"parent": strings.TrimPrefix(parent, "/v1/"), "workflowId": c.ID, "title": c.Title, "validateOnly": c.Check}
	if err := cl.Do(a.ctx, http.MethodPost, path+":fork", nil, body, &reply); err != nil {
		return err
	}
	if a.conn.JSON {
		return a.print().Raw(reply)
	}
	workflow, _ := reply["workflow"].(object)
	report, _ := reply["report"].(object)
	if err := a.print().One(workflow, "name", "title", "liveVersion"); err != nil {
		return err
	}
	if err := a.print().One(report, "forkedFrom", "unreachableModels"); err != nil {
		return err
	}
	unbound, _ := report["unboundSlots"].([]any)
	return a.print().Section("Credentials that the copy needs before it runs:", unbound, "step", "field", "provider", "destination")
}
