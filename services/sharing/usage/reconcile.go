package usage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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

// comparable returns the range of a comparison.
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
	return q, nil
}

// ranged selects the runs that a workspace owns or pays for, in a range of hours.
const ranged = `r.state <> 1 AND (r.owner_workspace = $1 OR r.charged_workspace = $1) AND r.start_time >= $2 AND r.start_time < $3`

// args are the arguments of ranged, and then the hours.
func (q query) args() []any {
	return []any{q.workspace, q.from * perHour, q.to * perHour, q.from, q.to}
}

// ended counts the runs that are compared.
func (s Store) ended(ctx context.Context, q query) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM runs r WHERE `+ranged, q.args()[:3]...).Scan(&n)
	return n, sqldb.Error(err)
}

// compare returns how many rows a table has, and those that are not as the ledger says. One
// statement reads one snapshot of both, so runs that end meanwhile make no difference.
func (s Store) compare(ctx context.Context, t table, q query) (rows int64, out []*sharingv1.UsageDifference, err error) {
	columns := list(t.key, t.others, t.sums)
	kept := `SELECT ` + columns + ` FROM ` + t.name + ` WHERE ` + t.workspace + ` = $1 AND hour >= $4 AND hour < $5`
	ledger := `SELECT ` + columns + ` FROM (` + t.from(ranged) + `) AS l WHERE ` + t.workspace + ` = $1`
	if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name+` WHERE `+t.workspace+` = $1 AND hour >= $2 AND hour < $3`,
		q.workspace, q.from, q.to).Scan(&rows); err != nil {
		return 0, nil, sqldb.Error(err)
	}
	result, err := s.db.QueryContext(ctx, `SELECT * FROM (
		SELECT 0 AS side, a.* FROM (`+ledger+` EXCEPT `+kept+`) AS a UNION ALL SELECT 1 AS side, b.* FROM (`+kept+` EXCEPT `+ledger+`) AS b
		) AS d ORDER BY `+list(t.key)+`, side LIMIT $6`, append(q.args(), maxDifferences)...)
	found, err := sqldb.All(result, err, func(r sqldb.Scanner) (side, error) { return t.scanSide(r) })
	return rows, t.differences(found), err
}

// side is a row as the ledger or the table has it.
type side struct {
	kept bool
	// key identifies the row. It has the keys of payers, which its reader must not learn.
	key  string
	hour int64
	sums string
}

func (t table) scanSide(r sqldb.Scanner) (s side, err error) {
	values := make([]any, 1+len(t.key)+len(t.others)+len(t.sums))
	into := make([]any, len(values))
	for i := range values {
		into[i] = &values[i]
	}
	if err := r.Scan(into...); err != nil {
		return s, err
	}
	s.kept = values[0] == int64(1)
	keys, sums := values[1:1+len(t.key)], values[1+len(t.key)+len(t.others):]
	s.key = fmt.Sprintf("%q", keys)
	s.hour, _ = keys[slices.Index(t.key, "hour")].(int64)
	for i, name := range t.sums {
		s.sums += fmt.Sprintf(" %s=%v", name, sums[i])
	}
	s.sums = strings.TrimSpace(s.sums)
	return s, nil
}

// differences joins the two sides of each row.
func (t table) differences(found []side) (out []*sharingv1.UsageDifference) {
	for i, s := range found {
		if i == 0 || s.key != found[i-1].key {
			out = append(out, &sharingv1.UsageDifference{Table: t.name, Hour: time.Unix(s.hour*3600, 0).UTC().Format(time.RFC3339)})
		}
		if s.kept {
			out[len(out)-1].Sums = s.sums
		} else {
			out[len(out)-1].Ledger = s.sums
		}
	}
	return out
}
