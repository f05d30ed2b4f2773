package usage

import (
	"slices"
	"strings"
)

// perHour is the number of microseconds, the unit of times in rows, in an hour.
const perHour = 3_600_000_000

// A condition must select only runs that have ended. A run whose link was stopped does not count as
// a run, but what it used counts.
const (
	hourOf    = `r.start_time / 3600000000`
	countRuns = `CAST(SUM(CASE WHEN r.state = 6 THEN 0 ELSE 1 END) AS BIGINT) AS runs,
		CAST(SUM(CASE WHEN r.state IN (2, 6) THEN 0 ELSE 1 END) AS BIGINT) AS failed_runs`
	// usedByRuns are the sums that the row of a run has.
	usedByRuns = `CAST(SUM(r.model_images) AS BIGINT) AS model_images, CAST(SUM(r.credential_calls) AS BIGINT) AS credential_calls,
		CAST(SUM(r.input_tokens) AS BIGINT) AS input_tokens, CAST(SUM(r.output_tokens) AS BIGINT) AS output_tokens`
)

// table is a table of sums.
type table struct {
	name string
	// workspace is the column of the workspace that reports are for.
	workspace string
	// key are the columns of its key, others those that follow from the key.
	key, others, sums []string
	// from returns the query of its rows from the runs r that a condition selects, as they must be.
	from func(which string) string
}

//nolint:gochecknoglobals // constants of a type that cannot be one
var (
	runSums = []string{"runs", "failed_runs", "model_images", "credential_calls", "input_tokens", "output_tokens"}

	// hourTable has a row for each hour, owner, key, workflow and share.
	hourTable = table{
		name: "usage_hours", workspace: "charged_workspace",
		key: []string{"charged_workspace", "hour", "owner_workspace", "charged_key", "workflow", "share"}, others: []string{"workflow_id", "share_id"},
		sums: runSums,
		from: func(which string) string {
			return `SELECT r.charged_workspace AS charged_workspace, ` + hourOf + ` AS hour, r.owner_workspace AS owner_workspace, r.charged_key AS charged_key,
				r.workflow AS workflow, r.share AS share, MAX(r.workflow_id) AS workflow_id, MAX(r.share_id) AS share_id,
				` + countRuns + `, ` + usedByRuns + ` FROM runs r WHERE ` + which + ` GROUP BY 1, 2, 3, 4, 5, 6`
		},
	}

	// visitorTable has the same for each visitor.
	visitorTable = table{
		name: "usage_visitors", workspace: "owner_workspace",
		key: []string{"owner_workspace", "visitor", "hour", "charged_key", "workflow", "share"}, others: []string{"charged_workspace", "workflow_id", "share_id"},
		sums: runSums,
		from: func(which string) string {
			return `SELECT r.owner_workspace AS owner_workspace, r.visitor AS visitor, ` + hourOf + ` AS hour, r.charged_key AS charged_key,
				r.workflow AS workflow, r.share AS share, MAX(r.charged_workspace) AS charged_workspace, MAX(r.workflow_id) AS workflow_id, MAX(r.share_id) AS share_id,
				` + countRuns + `, ` + usedByRuns + ` FROM runs r WHERE ` + which + ` GROUP BY 1, 2, 3, 4, 5, 6`
		},
	}

	// itemTable has what runs used, as one workspace may see it. In section 0 it pays. In section 1 its
	// credentials were used. There the rows without a kind count each run once for all of its
	// credentials, the others once for each credential.
	itemTable = table{
		name: "usage_items", workspace: "workspace",
		key:    []string{"workspace", "section", "kind", "resource", "hour", "visitor", "charged_key", "workflow", "share"},
		others: []string{"charged_workspace", "owner_workspace", "workflow_id", "share_id"},
		sums:   []string{"runs", "failed_runs", "quantity", "failed", "input_tokens", "output_tokens"},
		from: func(which string) string {
			charged := itemsOf("r.charged_workspace", "0", "l.kind", payerSees, `CASE WHEN r.owner_workspace = r.charged_workspace THEN r.visitor ELSE '' END`) +
				` WHERE ` + which
			used := itemsOf("r.owner_workspace", "1", "k.kind", `CASE WHEN k.kind = '' THEN '' ELSE l.resource END`, "r.visitor") +
				` JOIN (SELECT '' AS kind UNION ALL SELECT 'credential') AS k ON 1 = 1 WHERE ` + which + ownersCredential
			return `SELECT workspace, section, kind, resource, hour, visitor, charged_key, workflow, share,
				MAX(charged_workspace) AS charged_workspace, MAX(owner_workspace) AS owner_workspace, MAX(workflow_id) AS workflow_id, MAX(share_id) AS share_id,
				COUNT(DISTINCT CASE WHEN state <> 6 THEN id END) AS runs, COUNT(DISTINCT CASE WHEN state NOT IN (2, 6) THEN id END) AS failed_runs,
				CAST(SUM(quantity) AS BIGINT) AS quantity, CAST(SUM(failed) AS BIGINT) AS failed,
				CAST(SUM(input_tokens) AS BIGINT) AS input_tokens, CAST(SUM(output_tokens) AS BIGINT) AS output_tokens
				FROM (` + charged + ` UNION ALL ` + used + `) AS i GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9`
		},
	}
)

const (
	// payerSees is the resource of a line item as its payer may see it.
	payerSees = `CASE WHEN r.owner_workspace <> r.charged_workspace AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/%' THEN '' ELSE l.resource END`
	// ownersCredential selects the line items of the owner's own credentials.
	ownersCredential = ` AND l.kind = 'credential' AND l.resource LIKE 'workspaces/' || r.owner_workspace || '/credentials/%'`
)

// itemsOf returns the query of line items, with the columns that differ between the sections.
func itemsOf(workspace, section, kind, resource, visitor string) string {
	return `SELECT ` + workspace + ` AS workspace, ` + section + ` AS section, ` + kind + ` AS kind, ` + resource + ` AS resource, ` + hourOf + ` AS hour,
		` + visitor + ` AS visitor, r.charged_key AS charged_key, r.workflow AS workflow, r.share AS share,
		r.charged_workspace AS charged_workspace, r.owner_workspace AS owner_workspace, r.workflow_id AS workflow_id, r.share_id AS share_id,
		r.id AS id, r.state AS state, l.quantity AS quantity, l.failed AS failed, l.input_tokens AS input_tokens, l.output_tokens AS output_tokens
		FROM runs r JOIN line_items l ON l.run = r.id`
}

// tables are all tables, in the order in which their rows are locked.
var tables = []table{hourTable, visitorTable, itemTable} //nolint:gochecknoglobals // see above

// add returns the statement that adds rows.
func (t table) add(rows string) string {
	added := make([]string, len(t.sums))
	for i, s := range t.sums {
		added[i] = s + ` = ` + t.name + `.` + s + ` + excluded.` + s
	}
	return `INSERT INTO ` + t.name + ` (` + list(t.key, t.others, t.sums) + `) ` + rows +
		` ON CONFLICT (` + list(t.key) + `) DO UPDATE SET ` + list(added)
}

func list(columns ...[]string) string { return strings.Join(slices.Concat(columns...), ", ") }
