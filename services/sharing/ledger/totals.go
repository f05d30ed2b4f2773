package ledger

import (
	"context"
	"strconv"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// counted is the condition that excludes stopped runs.
const counted = ` AND state <> 6`

// where returns the condition that selects the runs of a subject, with its arguments.
func where(s meter.Subject) (string, []any) {
	switch s.Kind {
	case meter.Key:
		return `charged_key = $1` + counted, []any{s.Key}
	case meter.Share:
		return `share = $1 AND share <> ''` + counted, []any{s.Share}
	case meter.Visitor:
		if ws, ok := budget.WorkspaceOf(s.Caller); ok {
			return `share = $1 AND share <> '' AND caller_workspace = $2` + counted, []any{s.Share, ws}
		}
		return `share = $1 AND share <> '' AND caller = $2` + counted, []any{s.Share, s.Caller}
	default:
		return `charged_key = $1 AND caller = $2` + counted, []any{s.Key, s.Caller}
	}
}

// Totals implements meter.Ledger. One statement reads one snapshot.
func (s Store) Totals(ctx context.Context, subject meter.Subject, day, month time.Time) (t meter.Totals, err error) {
	condition, args := where(subject)
	d, m := "$"+strconv.Itoa(len(args)+1), "$"+strconv.Itoa(len(args)+2)
	since := func(what, begin string) string {
		return `COALESCE(SUM(CASE WHEN start_time >= ` + begin + ` THEN ` + what + ` ELSE 0 END), 0)`
	}
	rows, err := s.db.QueryContext(ctx, `SELECT '', `+since("1", d)+`, `+since("1", m)+`, COUNT(*),
			`+since("pictures", d)+`, `+since("pictures", m)+`, COALESCE(SUM(pictures), 0) FROM runs WHERE `+condition+`
		UNION ALL SELECT id, 0, 0, start_time, 0, 0, pictures FROM runs WHERE `+condition+` AND state = 1`,
		append(args, day.UnixMicro(), month.UnixMicro())...)
	if err != nil {
		return t, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var day, month, last meter.Count
		if err := rows.Scan(&id, &day.Runs, &month.Runs, &last.Runs, &day.Pictures, &month.Pictures, &last.Pictures); err != nil {
			return t, sqldb.Error(err)
		}
		if id == "" {
			t.Day, t.Month, t.All = day, month, last
			continue
		}
		t.Open = append(t.Open, meter.Run{ID: id, Start: time.UnixMicro(last.Runs), Pictures: last.Pictures})
	}
	return t, sqldb.Error(rows.Err())
}

// States implements meter.Ledger.
func (s Store) States(ctx context.Context, runs []string) (map[string]bool, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, state FROM runs WHERE id IN `+sqldb.Placeholders(0, len(runs))+counted, sqldb.Arguments(runs)...)
	list, err := sqldb.All(rows, err, func(row sqldb.Scanner) (r Run, err error) {
		err = row.Scan(&r.ID, &r.State)
		return r, err
	})
	states := make(map[string]bool, len(list))
	for _, r := range list {
		states[r.ID] = r.State == Running
	}
	return states, err
}
