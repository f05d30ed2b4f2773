package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

type runCmd struct {
	Connection

	List runList `cmd:"" help:"List runs, newest first."`
	Get  runGet  `cmd:"" help:"Show one run with its steps and charges."`
}

type runList struct {
	Workflow string `help:"Only runs of this workflow: its id or its name."`
	Share    string `help:"Only runs through this share: WORKFLOW/SHARE or its name."`
	State    string `help:"Only runs in this state: running, succeeded, failed, cancelled, abandoned or stopped." enum:",running,succeeded,failed,cancelled,abandoned,stopped" default:"" placeholder:"STATE"`
	Key      string `help:"Only runs charged to this key: its id or its name."`
	PageFlags
}

// Run lists them.
func (c *runList) Run(a *app) error {
	query := url.Values{}
	for _, filter := range []struct {
		field, text string
		kind        kind
	}{{"workflow", c.Workflow, aWorkflow}, {"share", c.Share, aShare}, {"chargedKey", c.Key, aKey}} {
		if filter.text == "" {
			continue
		}
		_, path, err := a.at(filter.kind, filter.text)
		if err != nil {
			return err
		}
		query.Set(filter.field, strings.TrimPrefix(path, "/v1/"))
	}
	if c.State != "" {
		query.Set("state", "RUN_STATE_"+strings.ToUpper(c.State))
	}
	return a.list("/runs", "runs", c.PageFlags, query, "name", "state", "workflow", "share", "chargedKey", "startTime", "reason")
}

type runGet struct {
	ID string `arg:"" help:"The run: its id or its name."`
}

// Run shows it.
func (c *runGet) Run(a *app) error {
	return a.about(http.MethodGet, aRun, c.ID, "", nil, nil, "name", "state", "workflow", "version", "draft", "share", "chargedKey", "reason", "message", "startTime", "endTime", "charges", "steps")
}

type usageCmd struct {
	Connection

	By    string `help:"Group by: key, share, visitor, workflow, model, credential, day." enum:",key,share,visitor,workflow,model,credential,day" default:"key"`
	ByDay bool   `help:"Split each group by day (UTC)."`
	Since string `help:"Start time, inclusive: 2026-12-31 (UTC) or 2026-12-31T12:00:00Z." placeholder:"TIME"`
	Until string `help:"End time, exclusive (default: now)." placeholder:"TIME"`
	PageFlags
}

// Run prints the sums.
func (c *usageCmd) Run(a *app) error {
	query, err := between(c.Since, c.Until)
	if err != nil {
		return err
	}
	query.Set("groupBy", c.By)
	if c.ByDay {
		query.Set("byDay", "true")
	}
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	var reply object
	if err := cl.Do(a.ctx, http.MethodGet, parent+"/usage", c.PageFlags.query(query), nil, &reply); err != nil {
		return err
	}
	charged, used := []string{"group", "runs", "failedRuns", "modelImages", "credentialCalls", "inputTokens", "outputTokens"}, []string{"group", "runs", "calls", "failedCalls", "inputTokens", "outputTokens"}
	if c.ByDay {
		charged, used = slices.Insert(charged, 1, "day"), slices.Insert(used, 1, "day")
	}
	if err := a.print().List(reply, "rows", charged...); err != nil {
		return err
	}
	credentials, _ := reply["credentials"].([]any)
	return a.print().Section("Use of this workspace's credentials, also in runs that others paid for:", credentials, used...)
}

// between asks for a time range. An empty text leaves it open.
func between(since, until string) (url.Values, error) {
	query := url.Values{}
	for field, text := range map[string]string{"startTime": since, "endTime": until} {
		if text == "" {
			continue
		}
		at, err := moment(text)
		if err != nil {
			return nil, err
		}
		query.Set(field, at)
	}
	return query, nil
}

// moment parses a day or a time, and formats it as the API needs it.
func moment(text string) (string, error) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC().Format(time.RFC3339), nil
		}
	}
	return "", fmt.Errorf("%q is not a time: give 2026-12-31 or 2026-12-31T12:00:00Z", text)
}

type auditCmd struct {
	Connection

	List auditList `cmd:"" help:"List who did what with keys and credentials, newest first."`
}

type auditList struct {
	Resource string `help:"Only events of this resource: credentials/ID, keys/ID or a full name."`
	Action   string `help:"Only events with this action, or whose action begins with it: credential, credential.use, key.create ..." placeholder:"ACTION"`
	Since    string `help:"Start time, inclusive: 2026-12-31 (UTC) or 2026-12-31T12:00:00Z." placeholder:"TIME"`
	Until    string `help:"End time, exclusive (default: now)." placeholder:"TIME"`
	PageFlags
}

// Run lists them.
func (c *auditList) Run(a *app) error {
	cl, parent, err := a.conn.parent(a.ctx)
	if err != nil {
		return err
	}
	query, err := between(c.Since, c.Until)
	if err != nil {
		return err
	}
	if c.Action != "" {
		query.Set("action", c.Action)
	}
	if c.Resource != "" {
		name := c.Resource
		if !strings.HasPrefix(name, "workspaces/") {
			name = strings.TrimPrefix(parent, "/v1/") + "/" + name
		}
		query.Set("resource", name)
	}
	return a.listAt(cl, parent+"/audit", "events", c.PageFlags, query, "time", "actor", "action", "resource", "outcome", "details")
}
