package usage

import (
	"slices"
	"strings"
)

// perHour is the number of microseconds, the unit of times in rows, in an hour.
const perHour = 3_600_000_000

// The spans of time of rows and reports, in hours.
const (
	hour = 1
	day  = 24
)

// table is a table of sums.
type table struct {
	name      string
	workspace string // the column of the workspace that reports are for
	// key are the columns of its key, the time last, and sums its sums. unit is the hours of a time.
	key, sums []string
	unit      int64
	// from is the query of its rows from the runs r that the condition in it, which replaces WHICH,
	// selects: what the rows must be. It must select only runs that have ended.
	from string
}

// tables are all tables, in the order in which their rows are locked.
//
//nolint:gochecknoglobals // a constant of a type that cannot be one
var tables = []table{
	{ // what a workspace was charged or its credentials were used for, in each dimension
		name: "usage_sums", workspace: "workspace",
		key:  []string{"workspace", "section", "dimension", "value", "hour"},
		unit: hour,
		sums: []string{"runs", "failed_runs", "model_images", "credential_calls", "failed_calls", "input_tokens", "output_tokens"},
		from: fromRuns + ` UNION ALL ` + fromItems,
	},
	{ // who ran the links of a workspace, with the key that it paid with, if it paid
		name: "usage_visits", workspace: "owner_workspace",
		key:  []string{"owner_workspace", "own_key", "workflow_id", "share_id", "visitor", "day"},
		unit: day,
		sums: []string{"runs"},
		from: `SELECT r.owner_workspace AS owner_workspace, CASE WHEN r.owner_workspace = r.charged_workspace THEN r.charged_key ELSE '' END AS own_key,
			r.workflow_id AS workflow_id, r.share_id AS share_id, r.visitor AS visitor, r.start_time / 86400000000 AS day, COUNT(*) AS runs
			FROM runs r WHERE WHICH AND r.state <> 6 AND r.share <> '' AND r.visitor <> '' GROUP BY 1, 2, 3, 4, 5, 6`,
	},
}

// The sections: what keys were charged, and what credentials were used for.
const (
	charged = int64(0)
	used    = int64(1)
)

// The names of shares and workflows as their owner sees them.
const (
	shareName    = `'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id || '/shares/' || r.share_id`
	workflowName = `'workspaces/' || r.owner_workspace || '/workflows/' || r.workflow_id`
	hourOf       = `r.start_time / 3600000000`
)

// fromRuns are the charges by what the row of a run has. Of another workspace's workflow the payer
// sees the ID of the share only. A run whose link was stopped is no run, but what it used counts.
const fromRuns = `SELECT r.charged_workspace AS workspace, 0 AS section, d.dimension AS dimension,
	CASE d.dimension WHEN '' THEN '' WHEN 'key' THEN r.charged_key
		WHEN 'visitor' THEN CASE WHEN r.owner_workspace = r.charged_workspace THEN r.visitor ELSE '' END
		WHEN 'share' THEN CASE WHEN r.share = '' THEN '' WHEN r.owner_workspace = r.charged_workspace THEN ` + shareName + ` ELSE r.share END
		ELSE CASE WHEN r.workflow_id = '' THEN '' WHEN r.owner_workspace = r.charged_workspace THEN ` + workflowName + ` ELSE r.share END END AS value,
	` + hourOf + ` AS hour,
	CAST(SUM(CASE WHEN r.state = 6 THEN 0 ELSE 1 END) AS BIGINT) AS runs, CAST(SUM(CASE WHEN r.state IN (2, 6) THEN 0 ELSE 1 END) AS BIGINT) AS failed_runs,
	CAST(SUM(r.model_images) AS BIGINT) AS model_images, CAST(SUM(r.credential_calls) AS BIGINT) AS credential_calls, CAST(0 AS BIGINT) AS failed_calls,
	CAST(SUM(r.input_tokens) AS BIGINT) AS input_tokens, CAST(SUM(r.output_tokens) AS BIGINT) AS output_tokens
	FROM runs r JOIN (SELECT '' AS dimension UNION ALL SELECT 'key' UNION ALL SELECT 'share' UNION ALL SELECT 'workflow' UNION ALL SELECT 'visitor') AS d ON 1 = 1
	WHERE WHICH GROUP BY 1, 2, 3, 4, 5`

// fromItems are the charges by model and credential, and the uses of the owner's credentials in
// each dimension. A run with two items of a value is one run.
const fromItems = `SELECT workspace, section, dimension, value, hour,
	COUNT(DISTINCT CASE WHEN state <> 6 THEN id END) AS runs, COUNT(DISTINCT CASE WHEN state NOT IN (2, 6) THEN id END) AS failed_runs,
	CAST(SUM(CASE WHEN kind = 'model' THEN quantity ELSE 0 END) AS BIGINT) AS model_images, CAST(SUM(CASE WHEN kind = 'credential' THEN quantity ELSE 0 END) AS BIGINT) AS credential_calls,
	CAST(SUM(failed) AS BIGINT) AS failed_calls, CAST(SUM(input_tokens) AS BIGINT) AS input_tokens, CAST(SUM(output_tokens) AS BIGINT) AS output_tokens
	FROM (
		SELECT r.charged_workspace AS workspace, 0 AS section, l.kind AS dimension,
			CASE WHEN r.owner_workspace <> r.charged_workspace AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/%' THEN '' ELSE l.resource END AS value,
			` + hourOf + ` AS hour, r.id AS id, r.state AS state, l.kind AS kind, l.quantity AS quantity, l.failed AS failed, l.input_tokens AS input_tokens, l.output_tokens AS output_tokens
			FROM runs r JOIN line_items l ON l.run = r.id WHERE WHICH
		UNION ALL
		SELECT r.owner_workspace, 1, d.dimension,
			CASE d.dimension WHEN '' THEN '' WHEN 'key' THEN CASE WHEN r.owner_workspace = r.charged_workspace THEN r.charged_key ELSE '' END
				WHEN 'visitor' THEN r.visitor WHEN 'credential' THEN l.resource
				WHEN 'share' THEN CASE WHEN r.share = '' THEN '' ELSE ` + shareName + ` END
				ELSE CASE WHEN r.workflow_id = '' THEN '' ELSE ` + workflowName + ` END END,
			` + hourOf + `, r.id, r.state, l.kind, l.quantity, l.failed, l.input_tokens, l.output_tokens
			FROM runs r JOIN line_items l ON l.run = r.id
			JOIN (SELECT '' AS dimension UNION ALL SELECT 'key' UNION ALL SELECT 'share' UNION ALL SELECT 'workflow' UNION ALL SELECT 'visitor' UNION ALL SELECT 'credential') AS d ON 1 = 1
			WHERE WHICH AND l.kind = 'credential' AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/credentials/%'
	) AS i GROUP BY 1, 2, 3, 4, 5`

// of returns the query of the rows from the runs that a condition selects.
func (t table) of(which string) string { return strings.ReplaceAll(t.from, "WHICH", which) }

// add returns the statement that adds rows.
func (t table) add(rows string) string {
	added := make([]string, len(t.sums))
	for i, s := range t.sums {
		added[i] = s + ` = ` + t.name + `.` + s + ` + excluded.` + s
	}
	return `INSERT INTO ` + t.name + ` (` + list(t.key, t.sums) + `) ` + rows +
		` ON CONFLICT (` + list(t.key) + `) DO UPDATE SET ` + list(added)
}

func list(columns ...[]string) string { return strings.Join(slices.Concat(columns...), ", ") }
