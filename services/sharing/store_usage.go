package sharing

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// usageQuery is which sums are asked for.
type usageQuery struct {
	workspace, group string
	from, to         int64
	// after, with later: the group that the page before ended with.
	after string
	later bool
}

// groups are the expressions that a run is grouped by, as its payer may see it: of
// another's workflow it sees the share's id alone.
var groups = map[string]string{
	"":         `''`,
	"key":      `r.charged_key`,
	"day":      `r.day`,
	"share":    `CASE WHEN r.share = '' THEN '' WHEN r.owner_workspace = $1 THEN 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id || '/shares/' || r.share_id ELSE r.share END`,
	"visitor":  `CASE WHEN r.owner_workspace = $1 THEN r.visitor ELSE '' END`,
	"workflow": `CASE WHEN r.workflow_id = '' THEN '' WHEN r.owner_workspace = $1 THEN 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id ELSE r.share END`,
}

// sums are the columns of a group of runs. Only ended runs are booked.
const sums = `COUNT(*), SUM(CASE WHEN r.state <> 2 THEN 1 ELSE 0 END), SUM(r.model_images), SUM(r.credential_calls),
	SUM(r.input_tokens), SUM(r.output_tokens)`

// itemSums are those of a group of line items.
const itemSums = `COUNT(DISTINCT r.id), COUNT(DISTINCT CASE WHEN r.state <> 2 THEN r.id END),
	SUM(CASE WHEN l.kind = 'model' THEN l.quantity ELSE 0 END), SUM(CASE WHEN l.kind = 'credential' THEN l.quantity ELSE 0 END),
	SUM(l.input_tokens), SUM(l.output_tokens)`

// resource is a line item's, as its payer may see it.
const resource = `CASE WHEN r.owner_workspace <> $1 AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/%' THEN '' ELSE l.resource END`

// usage sums what the keys of a workspace were charged.
func (s store) usage(ctx context.Context, q usageQuery, limit int) ([]*sharingv1.UsageRow, error) {
	const booked = ` WHERE r.charged_workspace = $1 AND r.state <> 1 AND r.start_time >= $2 AND r.start_time < $3`
	inner := `SELECT ` + groups[q.group] + ` AS g, ` + sums + ` FROM runs r` + booked + ` GROUP BY 1`
	if q.group == kindModel || q.group == kindCredential {
		inner = `SELECT ` + resource + ` AS g, ` + itemSums + ` FROM line_items l JOIN runs r ON r.id = l.run` + booked +
			` AND l.kind = '` + q.group + `' GROUP BY 1`
	}
	rows, err := s.db.QueryContext(ctx, `SELECT * FROM (`+inner+`) AS u WHERE NOT $4 OR g > $5 ORDER BY g LIMIT $6`,
		q.workspace, q.from, q.to, q.later, q.after, limit)
	if err != nil {
		return nil, err
	}
	list, err := all(rows, func(u *usageRow) []any {
		return []any{&u.group, &u.runs, &u.failed, &u.images, &u.calls, &u.input, &u.output}
	})
	out := make([]*sharingv1.UsageRow, len(list))
	for i, u := range list {
		out[i] = &sharingv1.UsageRow{
			Group: u.group, Runs: u.runs, FailedRuns: u.failed, ModelImages: u.images, CredentialCalls: u.calls,
			InputTokens: u.input, OutputTokens: u.output,
		}
	}
	return out, err
}

type usageRow struct {
	group                                      string
	runs, failed, images, calls, input, output int64
}

// listRuns lists the runs that a workspace has to do with, newest first.
func (s store) listRuns(ctx context.Context, f runFilter, before runCursor, limit int) ([]runRow, error) {
	// Two halves, each with an index of its own, and nothing twice.
	const filter = ` AND (start_time, id) < ($2, $3)
		AND ($4 = '' OR owner_workspace = $1 AND workflow_id = $4)
		AND ($5 = '' OR owner_workspace = $1 AND share_id = $5) AND ($6 = '' OR share = $6)
		ORDER BY start_time DESC, id DESC LIMIT $7`
	rows, err := s.db.QueryContext(ctx, `SELECT * FROM (
			SELECT * FROM (SELECT `+runColumns+` FROM runs WHERE owner_workspace = $1`+filter+`) AS o
			UNION ALL
			SELECT * FROM (SELECT `+runColumns+` FROM runs WHERE charged_workspace = $1 AND owner_workspace <> $1`+filter+`) AS c
		) AS a ORDER BY start_time DESC, id DESC LIMIT $7`,
		f.workspace, before.Start, before.ID, f.workflow, f.share, f.shareUID, limit)
	if err != nil {
		return nil, err
	}
	return all(rows, func(r *runRow) []any { return r.fields() })
}
