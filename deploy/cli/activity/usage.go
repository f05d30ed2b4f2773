package activity

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/keyhole-dev/keyhole/deploy/cli"
)

// Usage shows what was charged.
type Usage struct {
	cli.Connection

	By    string `help:"Group by: key, share, visitor, workflow, model, credential, day." enum:",key,share,visitor,workflow,model,credential,day" default:"key"`
	ByDay bool   `help:"Split each group by day (UTC)."`
	Since string `help:"Start time, inclusive: 2026-12-31 (UTC) or 2026-12-31T12:00:00Z." placeholder:"TIME"`
	Until string `help:"End time, exclusive (default: now)." placeholder:"TIME"`
	cli.PageFlags
}

// Run prints the sums.
func (c *Usage) Run(ctx context.Context, a *cli.App) error {
	query, err := between(c.Since, c.Until)
	if err != nil {
		return err
	}
	query.Set("groupBy", c.By)
	if c.ByDay {
		query.Set("byDay", "true")
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
	if c.ByDay {
		charged, used = slices.Insert(charged, 1, "day"), slices.Insert(used, 1, "day")
	}
	if err := a.Print().List(reply, "rows", charged...); err != nil {
		return err
	}
	credentials, _ := reply["credentials"].([]any)
	return a.Print().Section("Use of this workspace's credentials, also in runs that others paid for:", credentials, used...)
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
