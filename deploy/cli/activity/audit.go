package activity

import (
	"context"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// Audit are the commands for the audit log.
type Audit struct {
	cli.Connection

	List auditList `cmd:"" help:"List who did what with keys and credentials, newest first."`
}

type auditList struct {
	Resource string `help:"Only events of this resource: credentials/ID, keys/ID or a full name."`
	Action   string `help:"Only events with this action, or whose action begins with it: credential, credential.use, key.create ..." placeholder:"ACTION"`
	Since    string `help:"Start time, inclusive: 2026-12-31 (UTC) or 2026-12-31T12:00:00Z." placeholder:"TIME"`
	Until    string `help:"End time, exclusive (default: now)." placeholder:"TIME"`
	cli.PageFlags
}

// Run lists events.
func (c *auditList) Run(ctx context.Context, a *cli.App) error {
	cl, parent, err := a.Conn.Parent(ctx)
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
		resource := c.Resource
		if !strings.HasPrefix(resource, "workspaces/") {
			resource = strings.TrimPrefix(parent, "/v1/") + "/" + resource
		}
		query.Set("resource", resource)
	}
	return a.ListAt(ctx, cl, parent+"/audit", "events", c.PageFlags, query, "time", "actor", "action", "resource", "outcome", "details")
}
