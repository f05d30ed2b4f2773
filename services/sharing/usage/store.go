package usage

import (
	"context"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Store reads the sums.
type Store struct{ db *sqldb.DB }

// NewStore returns the store in a database.
func NewStore(db *sqldb.DB) Store { return Store{db: db} }

// query selects sums.
type query struct {
	workspace, group string
	split            int64 // hours of a row: 1, 24 or 0 for all
	from, to         int64 // hours, to is exclusive
	// after is the last row of the previous page, if later is set.
	after place
	later bool
}

// place is the position after a page of sums.
type place struct {
	Group string `json:"g"`
	// Span is the number of the row's day or hour.
	Span int64 `json:"d"`
	// Section is 0 for charges of keys and 1 for uses of credentials.
	Section int64 `json:"s"`
}

// row is the sum of one group.
type row struct {
	place
	runs, failed, images, calls, input, output int64
	failedCalls, visitors                      int64
}

// The names of shares and workflows as the payer may see them: of another workspace's
// workflow it sees the ID of the share only.
const (
	shareName    = `CASE WHEN u.share = '' THEN '' WHEN u.owner_workspace = $1 THEN 'workspaces/' || u.owner_workspace || '/workflows/' || u.workflow_id || '/shares/' || u.share_id ELSE u.share END`
	workflowName = `CASE WHEN u.workflow_id = '' THEN '' WHEN u.owner_workspace = $1 THEN 'workspaces/' || u.owner_workspace || '/workflows/' || u.workflow_id ELSE u.share END`
	none         = `''`
)

// The columns of each kind of sum, in the order of row.
var ( //nolint:gochecknoglobals // constants that a function makes
	ofRuns        = summed("u.runs", "u.failed_runs", "u.model_images", "u.credential_calls", "u.input_tokens", "u.output_tokens", "0")
	ofModels      = summed("u.runs", "u.failed_runs", "u.quantity", "0", "u.input_tokens", "u.output_tokens", "0")
	ofCredentials = summed("u.runs", "u.failed_runs", "0", "u.quantity", "u.input_tokens", "u.output_tokens", "u.failed")
	ofNone        = summed("0", "0", "0", "0", "0", "0", "0")
)

// summed returns the sums of columns. The sum of BIGINT is NUMERIC in PostgreSQL.
func summed(columns ...string) string {
	for i, c := range columns {
		columns[i] = `CAST(SUM(` + c + `) AS BIGINT) AS c` + strconv.Itoa(i)
	}
	return strings.Join(columns, ", ")
}

const (
	// visited counts the visitors of the workspace's own links. It does not see those of others.
	visited = `COUNT(DISTINCT CASE WHEN u.owner_workspace = $1 AND u.share <> '' AND u.visitor <> '' AND u.runs > 0 THEN u.visitor END)`
	// ownVisits selects the visits of the workspace's own workflows that it paid for.
	ownVisits = `u.owner_workspace = $1 AND u.charged_workspace = $1`
)

// part is the query of some of the sums of a report. Rows of several parts with the same
// group are added.
type part struct {
	section int64
	group   string
	// column reports that the group is the next column of the key after those in where.
	column                     bool
	sums, visited, from, where string
}

// charges returns what the keys of a workspace were charged.
func charges(group string) []part {
	switch group {
	case "model", "credential":
		sums := ofModels
		if group == "credential" {
			sums = ofCredentials
		}
		return []part{{
			group: `u.resource`, column: true, sums: sums, visited: visited, from: `usage_items u`,
			where: `u.workspace = $1 AND u.section = 0 AND u.kind = '` + group + `'`,
		}}
	case "visitor": // of its own workflows, and all of the workflows of others together
		return []part{
			{group: `u.visitor`, column: true, sums: ofRuns, visited: visited, from: `usage_visitors u`, where: ownVisits},
			{group: none, sums: ofRuns, visited: `0`, from: `usage_hours u`, where: `u.charged_workspace = $1 AND u.owner_workspace <> $1`},
		}
	}
	by := none
	switch group {
	case "key":
		by = `u.charged_key`
	case "share":
		by = shareName
	case "workflow":
		by = workflowName
	}
	return []part{
		{group: by, sums: ofRuns, visited: `0`, from: `usage_hours u`, where: `u.charged_workspace = $1`},
		{group: by, sums: ofNone, visited: visited, from: `usage_visitors u`, where: ownVisits + ` AND u.visitor <> ''`},
	}
}

// uses returns what the credentials of a workspace were used for whether or not its keys
// paid: its own keys among those that did, and the pseudonyms of the callers.
func uses(group string) []part {
	p := part{section: 1, group: none, sums: ofCredentials, visited: `0`, from: `usage_items u`, where: `u.workspace = $1 AND u.section = 1 AND u.kind = '' AND u.resource = ''`}
	switch group {
	case "key":
		p.group = `CASE WHEN u.charged_workspace = $1 THEN u.charged_key ELSE '' END`
	case "share":
		p.group = shareName
	case "workflow":
		p.group = workflowName
	case "visitor":
		p.group = `u.visitor`
	case "credential":
		p.group, p.column = `u.resource`, true
		p.where = `u.workspace = $1 AND u.section = 1 AND u.kind = 'credential'`
	case "model":
		return nil
	}
	return []part{p}
}

// text returns the query of the next rows of the part, at most a page. A group that is a
// column of the key is read in the order of the index and no further than the page.
func (p part) text(q query) string {
	span, where := `CAST(0 AS BIGINT)`, p.where+` AND u.hour >= $2 AND u.hour < $3`
	var by []string
	if p.group != none {
		by = append(by, p.group)
	}
	if q.split > 0 {
		span = `u.hour / ` + strconv.FormatInt(q.split, 10)
		by = append(by, span)
	}
	if q.later {
		where += p.later(q, span)
	}
	text := `SELECT ` + p.group + ` AS g, ` + span + ` AS d, ` + strconv.FormatInt(p.section, 10) + ` AS section, ` + p.sums + `, ` + p.visited + ` AS c7
		FROM ` + p.from + ` WHERE ` + where
	if len(by) == 0 {
		text += ` HAVING COUNT(*) > 0` // without groups there is a row in any case
	} else {
		text += ` GROUP BY ` + strings.Join(by, ", ") + ` ORDER BY ` + strings.Join(by, ", ")
	}
	return `SELECT * FROM (` + text + ` LIMIT $4) AS p`
}

// later is the condition of the rows after the previous page.
func (p part) later(q query, span string) (condition string) {
	if p.column {
		condition = ` AND ` + p.group + ` >= $5`
	}
	after := ` > `
	if p.section > q.after.Section {
		after = ` >= `
	}
	return condition + ` AND (` + p.group + `, ` + span + `)` + after + `($5, $6)`
}

// report reads the next rows of a report, at most limit.
func (s Store) report(ctx context.Context, q query, limit int) ([]row, error) {
	var texts []string
	for _, p := range append(charges(q.group), uses(q.group)...) {
		texts = append(texts, p.text(q))
	}
	args := []any{q.workspace, q.from, q.to, limit}
	if q.later {
		args = append(args, q.after.Group, q.after.Span)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT g, d, section, `+summed("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7")+` FROM (`+strings.Join(texts, ` UNION ALL `)+`) AS a
		GROUP BY g, d, section ORDER BY g, d, section LIMIT $4`, args...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (u row, err error) {
		err = r.Scan(&u.Group, &u.Span, &u.Section, &u.runs, &u.failed, &u.images, &u.calls, &u.input, &u.output, &u.failedCalls, &u.visitors)
		return u, err
	})
}

// visitors counts who ran the links of a workspace, and who did so on several days.
func (s Store) visitors(ctx context.Context, q query) (all, returning int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN v.days > 1 THEN 1 ELSE 0 END), 0) FROM (
		SELECT COUNT(DISTINCT u.hour / 24) AS days FROM usage_visitors u WHERE u.owner_workspace = $1 AND u.visitor <> '' AND u.share <> ''
			AND u.runs > 0 AND u.hour >= $2 AND u.hour < $3 GROUP BY u.visitor) AS v`, q.workspace, q.from, q.to).Scan(&all, &returning)
	return all, returning, sqldb.Error(err)
}
