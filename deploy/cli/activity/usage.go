package activity

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// Usage are the commands for what was charged.
type Usage struct {
	cli.Connection

	Show      usageShow      `cmd:"" default:"withargs" help:"Show what was charged to your keys, and what your credentials were used for."`
	Reconcile usageReconcile `cmd:"" help:"Compare the sums that reports read with the runs in the ledger."`
}

type usageShow struct {
	By     string `help:"Group by: key, share, visitor, workflow, model, credential, day." enum:",key,share,visitor,workflow,model,credential,day" default:"key"`
	ByDay  bool   `help:"Split each group by day (UTC)." xor:"split"`
	ByHour bool   `help:"Split each group by hour (UTC)." xor:"split"`
	Since  string `help:"Start time, inclusive, in full hours: 2026-12-31 (UTC) or 2026-12-31T12:00:00Z." placeholder:"TIME"`
	Until  string `help:"End time, exclusive, in full hours (default: now)." placeholder:"TIME"`
	cli.PageFlags
}

// Run prints the sums.
func (c *usageShow) Run(ctx context.Context, a *cli.App) error {
	query, err := between(c.Since, c.Until)
	if err != nil {
		return err
	}
	query.Set("groupBy", c.By)
	split := ""
	if c.ByDay {
		query.Set("byDay", "true")
		split = "day"
	}
	if c.ByHour {
		query.Set("byHour", "true")
		split = "hour"
	}
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodGet, parent+"/usage", c.PageFlags.Query(query), nil, &reply); err != nil {
		return err
	}
	charged, used := []string{"group", "runs", "failedRuns", "modelImages", "credentialCalls", "inputTokens", "outputTokens"}, []string{"group", "runs", "calls", "failedCalls", "inputTokens", "outputTokens"}
	if split != "" {
		charged, used = slices.Insert(charged, 1, split), slices.Insert(used, 1, split)
	}
	if err := a.Print().List(reply, "rows", charged...); err != nil {
		return err
	}
	credentials, _ := reply["credentials"].([]any)
	return a.Print().Section("Use of this workspace's credentials, also in runs that others paid for:", credentials, used...)
}

type usageReconcile struct {
	Since string `help:"Start time, inclusive, in full hours (default: 31 days before the end, which is also the longest time)." placeholder:"TIME"`
	Until string `help:"End time, exclusive, in full hours (default: now)." placeholder:"TIME"`
}

// errDiffer is the error when a sum is wrong.
var errDiffer = errors.New("sums differ from the ledger; the ledger is right: tell the operator")

// Run prints the comparison. It fails if a sum is wrong.
func (c *usageReconcile) Run(ctx context.Context, a *cli.App) error {
	query, err := between(c.Since, c.Until)
	if err != nil {
		return err
	}
	cl, parent, err := a.Conn.Parent(ctx)
	if err != nil {
		return err
	}
	var reply cli.Object
	if err := cl.Do(ctx, http.MethodGet, parent+"/usage:reconcile", query, nil, &reply); err != nil {
		return err
	}
	differences, _ := reply["differences"].([]any)
	if a.Print().JSON {
		err = a.Print().Raw(reply)
	} else if len(differences) > 0 {
		err = a.Print().List(reply, "differences", "table", "hour", "ledger", "sums")
	} else {
		err = a.Print().Text("%v sums equal the %v runs in the ledger.", count(reply["sums"]), count(reply["runs"]))
	}
	if err == nil && len(differences) > 0 {
		err = errDiffer
	}
	return err
}

// count returns a number of a reply, which omits 0.
func count(n any) any {
	if n == nil {
		return 0
	}
	return n
}

// between asks for a time range. An empty text leaves it open.
func between(since, until string) (url.Values, error) {
	query := url.Values{}
	for field, text := range map[string]string{"startTime": since, "endTime": until} {
		if text == "" {
			continue
		}
		at, err := cli.ParseTime(text)
		if err != nil {
			return nil, err
		}
		query.Set(field, at)
	}
	return query, nil
}
