package usage

import (
	"context"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/names"
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

// report reads the next rows of a report, at most limit. It reads the index in order, and no
// further than the page unless the groups are days.
func (s Store) report(ctx context.Context, q query, limit int) ([]row, error) {
	args := []any{q.workspace, q.dimension(), q.from, q.to, limit}
	if q.later {
		args = append(args, q.after.Group, q.after.Span)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT * FROM (`+q.section(charged)+`) AS c UNION ALL SELECT * FROM (`+q.section(used)+`) AS u
		ORDER BY 1, 2, 3 LIMIT $5`, args...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (u row, err error) {
		err = r.Scan(&u.Group, &u.Span, &u.Section, &u.runs, &u.failed, &u.images, &u.calls, &u.failedCalls, &u.input, &u.output)
		return u, err
	})
}

// dimension is the dimension of the groups. Days split the total.
func (q query) dimension() string {
	if q.group == "day" {
		return ""
	}
	return q.group
}

// section returns the query of the next rows of a section. The rows of a dimension are in the order of
// its values in the key.
func (q query) section(n int64) string {
	section, span, by := strconv.FormatInt(n, 10), `CAST(0 AS BIGINT)`, `value`
	if q.split > 0 {
		span = `hour / ` + strconv.FormatInt(q.split, 10)
		by += `, ` + span
	}
	where := `workspace = $1 AND section = ` + section + ` AND dimension = $2 AND hour >= $3 AND hour < $4`
	if q.later {
		after := ` > `
		if n > q.after.Section {
			after = ` >= `
		}
		where += ` AND value >= $6 AND (value, ` + span + `)` + after + `($6, $7)`
	}
	text := `SELECT value AS g, ` + span + ` AS d, CAST(` + section + ` AS BIGINT) AS section`
	for _, c := range tables[0].sums {
		text += `, CAST(SUM(` + c + `) AS BIGINT) AS ` + c // the sum of BIGINT is NUMERIC in PostgreSQL
	}
	return text + ` FROM usage_sums WHERE ` + where + ` GROUP BY ` + by + ` ORDER BY ` + by + ` LIMIT $5`
}

// visited are groups whose visitors are counted, and their columns in the visits.
var visited = map[string][2]string{ //nolint:gochecknoglobals // a constant of a type that cannot be one
	"": {`''`, `''`}, "day": {`''`, `''`}, "workflow": {`workflow_id`, `''`}, "share": {`workflow_id`, `share_id`}, "key": {`own_key`, `''`},
}

// addVisitors counts the visitors of the workspace's own links in the charges on a page. It does
// not see the visitors of others. Visits are kept for each day, so it counts full days.
func (s Store) addVisitors(ctx context.Context, q query, page []row) error {
	group, counted := visited[q.group]
	if !counted || len(page) == 0 || q.split == hour {
		return nil
	}
	span := `CAST(0 AS BIGINT)`
	if q.split == day {
		span = `day`
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+group[0]+` AS w, `+group[1]+` AS s, `+span+` AS d, COUNT(DISTINCT visitor) FROM usage_visits
		WHERE owner_workspace = $1 AND own_key > '' AND day >= $2 AND day < $3 GROUP BY w, s, d`, q.workspace, q.firstDay(), q.lastDay())
	found, err := sqldb.All(rows, err, func(r sqldb.Scanner) (u row, err error) {
		var workflow, share string
		err = r.Scan(&workflow, &share, &u.Span, &u.visitors)
		switch {
		case q.group == "key":
			u.Group = workflow
		case share != "":
			u.Group = names.Share(q.workspace, workflow, share)
		case workflow != "":
			u.Group = names.Workflow(q.workspace, workflow)
		}
		return u, err
	})
	if err != nil {
		return err
	}
	counts := map[place]int64{}
	for _, f := range found {
		counts[f.place] = f.visitors
	}
	for i := range page {
		if page[i].Section == charged {
			page[i].visitors = counts[page[i].place]
		}
	}
	return nil
}

func (q query) firstDay() int64 { return q.from / day }

func (q query) lastDay() int64 { return q.to/day + min(q.to%day, 1) }

// visitors counts who ran the links of a workspace, and who did so on several days.
func (s Store) visitors(ctx context.Context, q query) (all, returning int64, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN v.days > 1 THEN 1 ELSE 0 END), 0) FROM (
		SELECT COUNT(DISTINCT day) AS days FROM usage_visits WHERE owner_workspace = $1 AND day >= $2 AND day < $3 GROUP BY visitor) AS v`,
		q.workspace, q.firstDay(), q.lastDay()).Scan(&all, &returning)
	return all, returning, sqldb.Error(err)
}
