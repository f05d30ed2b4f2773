package workflows

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/sketch"
)

// listed is a workflow with the number of its links and what its sketch shows. hidden counts
// those active links that use credentials of the owner: the vault may have suspended them.
type listed struct {
	Workflow
	active, paused, hidden int64
	// text or number is the key of the order.
	text     string
	number   int64
	sketch   sketch.Sketch
	liveHash string
	drafted  bool
	// liveUndrawn and draftUndrawn report that the definition has no sketch, or an old one.
	liveUndrawn, draftUndrawn bool
}

// selection says which workflows of a workspace a listing has.
type selection struct {
	text    string // in the title or the ID
	deleted bool   // also those in the trash
	trash   bool   // only those in the trash
	now     time.Time
	order   order
}

// midnight is when those days began, in microseconds.
func (s selection) midnight() int64 {
	const day = 24 * time.Hour
	return s.now.UTC().Truncate(day).Add(-(runDays - 1) * day).UnixMicro()
}

// where is the condition of a selection on $1, the workspace, to $4.
const where = `w.workspace = $1 AND ($2 OR w.delete_time = 0) AND (NOT $3 OR w.delete_time <> 0)
	AND ($4 = '%%' OR LOWER(w.title) LIKE $4 ESCAPE '!' OR w.id LIKE $4 ESCAPE '!')`

func (s selection) arguments(ws string) []any {
	return []any{ws, s.deleted || s.trash, s.trash, sqldb.Containing(s.text)}
}

// count returns how many workflows a listing has.
func (s Store) count(ctx context.Context, ws string, which selection) (n int64, err error) {
	return n, s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM workflows w WHERE `+where, which.arguments(ws)...).Scan(&n)
}

// list returns the workflows after a place. It finds the page first, and then what belongs to
// its rows: the number of links comes from the index of the shares by workflow.
func (s Store) list(ctx context.Context, ws string, after place, which selection, limit int) ([]listed, error) {
	condition, position := which.order.after(after, 6)
	args := append(append(which.arguments(ws), limit), position...)
	runs := ``
	if which.order.runs {
		runs = ` LEFT JOIN (SELECT workflow, COUNT(*) AS n FROM runs WHERE owner_workspace = $1 AND start_time >= $8 GROUP BY workflow) r ON r.workflow = w.uid`
		args = append(args, which.midnight())
	}
	rest := len(args)
	now, hidden, active, paused := "$"+strconv.Itoa(rest+1), "$"+strconv.Itoa(rest+2), "$"+strconv.Itoa(rest+3), "$"+strconv.Itoa(rest+4)
	args = append(args, which.now.UnixMicro(), int64(sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER),
		int64(sharingv1.ShareState_SHARE_STATE_ACTIVE), int64(sharingv1.ShareState_SHARE_STATE_PAUSED))
	links := func(condition string) string {
		return `(SELECT COUNT(*) FROM shares s WHERE s.workflow = w.uid AND s.workspace = w.workspace AND ` + condition + `)`
	}
	open := `s.state = ` + active + ` AND NOT s.run_disabled AND s.start_time <= ` + now + ` AND (s.expire_time = 0 OR s.expire_time > ` + now + `)`
	rows, err := s.db.QueryContext(ctx, `SELECT `+workflowColumns+`, k,
		`+links(open)+`, `+links(`s.state = `+paused)+`, `+links(open+` AND s.credential_access = `+hidden)+`,
		COALESCE(l.hash, ''), w.drafted, w.live_version > 0 AND l.credentials IS NULL, w.drafted AND d.credentials IS NULL,
		COALESCE(d.hash, l.hash, ''), COALESCE(d.outline, l.outline), COALESCE(d.problems, l.problems, 0),
		COALESCE(d.models, l.models, 'null'), COALESCE(d.credentials, l.credentials, 'null')
		FROM (SELECT w.*, EXISTS (SELECT 1 FROM drafts f WHERE f.workflow = w.uid) AS drafted, `+which.order.key+` AS k FROM workflows w`+runs+` WHERE `+where+` AND `+condition+`
			ORDER BY `+which.order.by()+` LIMIT $5) w
		LEFT JOIN sketches l ON l.workflow = w.uid AND l.draft = FALSE
		LEFT JOIN sketches d ON d.workflow = w.uid AND d.draft = TRUE
		ORDER BY `+which.order.by(), args...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (listed, error) { return scanListed(r, which.order) })
}

func scanListed(r sqldb.Scanner, by order) (l listed, err error) {
	key, models, credentials := any(&l.text), "", ""
	if by.descends {
		key = &l.number
	}
	err = r.Scan(
		&l.UID, &l.Workspace, &l.ID, &l.Title, &l.Description, &l.Live, &l.Revision, &l.ForkedFrom,
		&l.Created, &l.Updated, &l.Deleted, key, &l.active, &l.paused, &l.hidden,
		&l.liveHash, &l.drafted, &l.liveUndrawn, &l.draftUndrawn, &l.sketch.Hash, &l.sketch.Outline, &l.sketch.Problems, &models, &credentials,
	)
	if err != nil {
		return l, err
	}
	if err := json.Unmarshal([]byte(credentials), &l.sketch.Credentials); err != nil {
		return l, err
	}
	return l, json.Unmarshal([]byte(models), &l.sketch.Models)
}

// suspendedAtOnce is how many workflows of a listing are looked at in the vault at a time.
const suspendedAtOnce = 8

// leaveOutSuspended subtracts the links that the vault has suspended. It asks the vault only
// about workflows with active links that use hidden credentials.
func (s *Workflows) leaveOutSuspended(ctx context.Context, rows []listed) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(suspendedAtOnce)
	for i := range rows {
		if rows[i].hidden == 0 {
			continue
		}
		g.Go(func() error {
			n, err := s.dependents.SuspendedActive(ctx, rows[i].Workflow)
			rows[i].active -= n
			return err
		})
	}
	return g.Wait()
}

// place is the position after a page of workflows. An order has either texts or numbers. A
// token has all fields: it is decoded over the first place.
type place struct {
	Text   string `json:"t"`
	Number int64  `json:"n"`
	ID     string `json:"i"`
}

// order is an order of a listing. Workflows with equal keys follow by ID.
type order struct {
	// key is the SQL expression that the order is by.
	key string
	// descends says that the key is a number, the largest first. Otherwise it is a text.
	descends bool
	// runs says that the key needs the number of runs.
	runs bool
}

// orders are the values of ListWorkflowsRequest.order_by.
var orders = map[string]order{
	"":                 {key: `w.id`},
	"title":            {key: `LOWER(CASE WHEN w.title = '' THEN w.id ELSE w.title END)`},
	"update_time desc": {key: `w.update_time`, descends: true},
	"runs desc":        {key: `COALESCE(r.n, 0)`, descends: true, runs: true},
}

// first is the position before all workflows.
func (o order) first() place {
	if o.descends {
		return place{Number: math.MaxInt64}
	}
	return place{}
}

// of returns the position of a workflow.
func (o order) of(l listed) place {
	if o.descends {
		return place{Number: l.number, ID: l.ID}
	}
	return place{Text: l.text, ID: l.ID}
}

// after returns the condition for the workflows after a position, whose two parameters have
// the numbers n and n+1, and its arguments.
func (o order) after(p place, n int) (condition string, args []any) {
	key, id := "$"+strconv.Itoa(n), "$"+strconv.Itoa(n+1)
	if o.descends {
		return `(` + o.key + ` < ` + key + ` OR ` + o.key + ` = ` + key + ` AND w.id > ` + id + `)`, []any{p.Number, p.ID}
	}
	return `(` + o.key + `, w.id) > (` + key + `, ` + id + `)`, []any{p.Text, p.ID}
}

// by is what a query that calls the key k is ordered by.
func (o order) by() string {
	if o.descends {
		return `k DESC, id`
	}
	return `k, id`
}

// runsSince counts the runs of workflows for each day since a midnight in UTC, all in
// microseconds.
func (s Store) runsSince(ctx context.Context, ws string, midnight int64, uids []string) (map[string]*[runDays]int64, error) {
	out := make(map[string]*[runDays]int64, len(uids))
	if len(uids) == 0 {
		return out, nil
	}
	rows, err := s.db.QueryContext(ctx, `SELECT workflow, (start_time - $2) / 86400000000, COUNT(*) FROM runs
		WHERE owner_workspace = $1 AND start_time >= $2 AND workflow IN `+sqldb.Placeholders(2, len(uids))+` GROUP BY 1, 2`,
		append([]any{ws, midnight}, sqldb.Arguments(uids)...)...)
	type count struct {
		workflow string
		day, n   int64
	}
	list, err := sqldb.All(rows, err, func(r sqldb.Scanner) (c count, err error) {
		err = r.Scan(&c.workflow, &c.day, &c.n)
		return c, err
	})
	for _, c := range list {
		if out[c.workflow] == nil {
			out[c.workflow] = new([runDays]int64)
		}
		out[c.workflow][min(c.day, runDays-1)] += c.n // a clock that is ahead counts as today
	}
	return out, err
}

// runDays is how many days of runs a listing shows, today among them.
const runDays = 7
