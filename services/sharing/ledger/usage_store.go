package ledger

import (
	"context"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// usageQuery selects sums.
type usageQuery struct {
	workspace, group string
	byDay            bool
	from, to         int64
	// after is the last row of the previous page, if later is set.
	after usagePlace
	later bool
}

// usagePlace is the position after a page of sums.
type usagePlace struct {
	Group string `json:"g"`
	Day   string `json:"d"`
	// Section is 0 for charges of keys and 1 for uses of credentials.
	Section int64 `json:"s"`
}

// groups are the expressions that runs are grouped by, as the payer may see them: of
// another workspace's workflow it sees the ID of the share only.
var groups = map[string]string{
	"":         `''`,
	"key":      `r.charged_key`,
	"day":      `r.day`,
	"share":    `CASE WHEN r.share = '' THEN '' WHEN r.owner_workspace = $1 THEN 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id || '/shares/' || r.share_id ELSE r.share END`,
	"visitor":  `CASE WHEN r.owner_workspace = $1 THEN r.visitor ELSE '' END`,
	"workflow": `CASE WHEN r.workflow_id = '' THEN '' WHEN r.owner_workspace = $1 THEN 'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id ELSE r.share END`,
}

// sums are the columns of a group of runs. Only ended runs are booked.
const sums = `SUM(CASE WHEN r.state = 6 THEN 0 ELSE 1 END), SUM(CASE WHEN r.state IN (2, 6) THEN 0 ELSE 1 END), SUM(r.model_images), SUM(r.credential_calls),
	SUM(r.input_tokens), SUM(r.output_tokens), ` + visitors

// visitors counts the visitors of the workspace's own links. It does not see those of others.
const visitors = `COUNT(DISTINCT CASE WHEN r.owner_workspace = $1 AND r.share <> '' AND r.visitor <> '' AND r.state <> 6 THEN r.visitor END)`

// itemSums are the columns of a group of line items.
const itemSums = `COUNT(DISTINCT CASE WHEN r.state <> 6 THEN r.id END), COUNT(DISTINCT CASE WHEN r.state NOT IN (2, 6) THEN r.id END),
	SUM(CASE WHEN l.kind = 'model' THEN l.quantity ELSE 0 END), SUM(CASE WHEN l.kind = 'credential' THEN l.quantity ELSE 0 END),
	SUM(l.input_tokens), SUM(l.output_tokens), ` + visitors

// itemResource is the resource of a line item as its payer may see it.
const itemResource = `CASE WHEN r.owner_workspace <> $1 AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/%' THEN '' ELSE l.resource END`

// credentialGroups are the expressions that calls with a workspace's credentials are
// grouped by, as their owner may see them: its own keys among those that pay, and the
// pseudonyms of the callers.
var credentialGroups = map[string]string{
	"":           `''`,
	"key":        `CASE WHEN r.charged_workspace = $1 THEN r.charged_key ELSE '' END`,
	"day":        `r.day`,
	"share":      groups["share"],
	"visitor":    `r.visitor`,
	"workflow":   groups["workflow"],
	"credential": `l.resource`,
}

// usage sums what the keys of a workspace were charged, and what its credentials were used
// for whether or not they paid.
func (s Store) usage(ctx context.Context, q usageQuery, limit int) ([]usageRow, error) {
	day := `''`
	if q.byDay {
		day = `r.day`
	}
	const within = ` AND r.state <> 1 AND r.start_time >= $2 AND r.start_time < $3`
	charged := `SELECT ` + groups[q.group] + ` AS g, ` + day + ` AS d, 0 AS section, ` + sums + `, 0 FROM runs r WHERE r.charged_workspace = $1` + within + ` GROUP BY 1, 2`
	if q.group == KindModel || q.group == KindCredential {
		charged = `SELECT ` + itemResource + ` AS g, ` + day + ` AS d, 0 AS section, ` + itemSums + `, 0 FROM line_items l JOIN runs r ON r.id = l.run
			WHERE r.charged_workspace = $1` + within + ` AND l.kind = '` + q.group + `' GROUP BY 1, 2`
	}
	both := charged
	if group, ok := credentialGroups[q.group]; ok {
		both += ` UNION ALL SELECT ` + group + ` AS g, ` + day + ` AS d, 1 AS section, ` + itemSums + `, SUM(l.failed) FROM line_items l JOIN runs r ON r.id = l.run
			WHERE r.owner_workspace = $1` + within + ` AND l.kind = 'credential' AND l.resource LIKE 'workspaces/' || $1 || '/credentials/%' GROUP BY 1, 2`
	}
	rows, err := s.db.QueryContext(ctx, `SELECT * FROM (`+both+`) AS u WHERE NOT $4 OR (g, d, section) > ($5, $6, $7)
		ORDER BY g, d, section LIMIT $8`, q.workspace, q.from, q.to, q.later, q.after.Group, q.after.Day, q.after.Section, limit)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (u usageRow, err error) {
		err = r.Scan(&u.group, &u.day, &u.section, &u.runs, &u.failed, &u.images, &u.calls, &u.input, &u.output, &u.visitors, &u.failedCalls)
		return u, err
	})
}

type usageRow struct {
	group, day                                 string
	section                                    int64
	runs, failed, images, calls, input, output int64
	failedCalls, visitors                      int64
}

func (u usageRow) place() usagePlace {
	return usagePlace{Group: u.group, Day: u.day, Section: u.section}
}

// addTo adds the row to its list in a reply.
func (u usageRow) addTo(out *sharingv1.QueryUsageResponse, title string) {
	if u.section == 1 {
		out.Credentials = append(out.Credentials, &sharingv1.CredentialUsage{
			Group: u.group, Day: u.day, Runs: u.runs, Calls: u.calls, FailedCalls: u.failedCalls, InputTokens: u.input, OutputTokens: u.output, Title: title,
		})
		return
	}
	out.Rows = append(out.Rows, &sharingv1.UsageRow{
		Group: u.group, Day: u.day, Runs: u.runs, FailedRuns: u.failed, ModelImages: u.images, CredentialCalls: u.calls,
		InputTokens: u.input, OutputTokens: u.output, Title: title, Visitors: u.visitors,
	})
}

// visitors counts who ran the links of a workspace, and who did so on several days.
func (s Store) visitors(ctx context.Context, q usageQuery) (all, returning int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN v.days > 1 THEN 1 ELSE 0 END), 0) FROM (
		SELECT COUNT(DISTINCT r.day) AS days FROM runs r WHERE r.owner_workspace = $1 AND r.share <> '' AND r.visitor <> ''
			AND r.state NOT IN (1, 6) AND r.start_time >= $2 AND r.start_time < $3 GROUP BY r.visitor) AS v`,
		q.workspace, q.from, q.to).Scan(&all, &returning)
	return all, returning, sqldb.Error(err)
}
