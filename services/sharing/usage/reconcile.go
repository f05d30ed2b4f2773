package usage

import (
	"context"
	"fmt"
	"strings"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// maxDifferences bounds the rows of each table that a comparison names.
const maxDifferences = 20

// ReconcileUsage implements the RPC. It compares the sums with the ledger.
func (h *Handlers) ReconcileUsage(ctx context.Context, r *sharingv1.ReconcileUsageRequest) (*sharingv1.ReconcileUsageResponse, error) {
	q, err := h.comparable(r)
	if err != nil {
		return nil, err
	}
	out := &sharingv1.ReconcileUsageResponse{}
	if out.Runs, err = h.store.ended(ctx, q); err != nil {
		return nil, fmt.Errorf("count runs: %w", err)
	}
	for _, t := range tables {
		rows, differences, err := h.store.compare(ctx, t, q)
		if err != nil {
			return nil, fmt.Errorf("compare %s: %w", t.name, err)
		}
		out.Sums += rows
		out.Differences = append(out.Differences, differences...)
	}
	return out, nil
}

// maxCompared is the longest time that one call compares, in hours. A call reads all runs of it.
const maxCompared = 31 * day

// comparable returns the range of a comparison, in full days.
func (h *Handlers) comparable(r *sharingv1.ReconcileUsageRequest) (query, error) {
	q := rangeOf(r)
	if r.GetEndTime() == nil {
		q.to = sqldb.Micros(h.now())/perHour + 1
	}
	if r.GetStartTime() == nil {
		q.from = q.to - maxCompared
	}
	if q.to-q.from > maxCompared {
		return q, resource.Invalid("start_time", "must be at most 31 days before end_time; compare a longer time in several calls")
	}
	q.from, q.to = q.firstDay()*day, q.lastDay()*day
	return q, nil
}

// ranged selects the runs that a workspace owns or pays for, in a range of time.
const ranged = `r.state <> 1 AND (r.owner_workspace = $1 OR r.charged_workspace = $1) AND r.start_time >= $2 AND r.start_time < $3`

// args are the arguments of ranged.
func (q query) args() []any {
	return []any{q.workspace, q.from * perHour, q.to * perHour}
}

// ended counts the runs that are compared.
func (s Store) ended(ctx context.Context, q query) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM runs r WHERE `+ranged, q.args()...).Scan(&n)
	return n, sqldb.Error(err)
}

// compare returns how many rows a table has, and those that are not as the ledger says. One
// statement reads one snapshot of both, so runs that end meanwhile make no difference.
func (s Store) compare(ctx context.Context, t table, q query) (rows int64, out []*sharingv1.UsageDifference, err error) {
	from, to := q.from/t.unit, q.to/t.unit
	where := t.workspace + ` = $1 AND ` + t.time() + ` >= $4 AND ` + t.time() + ` < $5`
	kept := `SELECT ` + list(t.key, t.sums) + ` FROM ` + t.name + ` WHERE ` + where
	ledger := `SELECT ` + list(t.key, t.sums) + ` FROM (` + t.of(ranged) + `) AS l WHERE ` + where
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name+` WHERE `+t.workspace+` = $1 AND `+t.time()+` >= $2 AND `+t.time()+` < $3`,
		q.workspace, from, to).Scan(&rows)
	if err != nil {
		return 0, nil, sqldb.Error(err)
	}
	result, err := s.db.QueryContext(ctx, `SELECT * FROM (
		SELECT 0 AS side, a.* FROM (`+ledger+` EXCEPT `+kept+`) AS a UNION ALL SELECT 1 AS side, b.* FROM (`+kept+` EXCEPT `+ledger+`) AS b
		) AS d ORDER BY `+list(t.key)+`, side LIMIT $6`, append(q.args(), from, to, maxDifferences)...)
	found, err := sqldb.All(result, err, t.scanSide)
	return rows, t.differences(found), err
}

// time is the column of the time of a row.
func (t table) time() string { return t.key[len(t.key)-1] }

// side is a row as the ledger or the table has it.
type side struct {
	kept      bool
	row, sums string
}

func (t table) scanSide(r sqldb.Scanner) (s side, err error) {
	values := make([]any, 1+len(t.key)+len(t.sums))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	err = r.Scan(into...)
	return side{kept: values[0] == int64(1), row: named(t.key, values[1:]), sums: named(t.sums, values[1+len(t.key):])}, err
}

// named returns columns with their values.
func named(columns []string, values []any) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = fmt.Sprintf("%s=%v", c, values[i])
	}
	return strings.Join(out, " ")
}

// differences joins the two sides of each row.
func (t table) differences(found []side) (out []*sharingv1.UsageDifference) {
	for i, s := range found {
		if i == 0 || s.row != found[i-1].row {
			out = append(out, &sharingv1.UsageDifference{Table: t.name, Row: s.row})
		}
		if s.kept {
			out[len(out)-1].Sums = s.sums
		} else {
			out[len(out)-1].Ledger = s.sums
		}
	}
	return out
}
