package sharing

import (
	"context"
	"database/sql"
	"math"
	"strconv"
	"strings"
	"time"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/budget"
	"github.com/keyhole-dev/keyhole/services/sharing/meter"
)

// runRow is a run as it is stored.
type runRow struct {
	ID, RequestID                                string
	Caller, CallerWorkspace                      string
	OwnerWorkspace, ChargedWorkspace, ChargedKey string
	Visitor                                      string
	Workflow, WorkflowID                         string
	Version                                      int64
	VersionHash                                  string
	Share, ShareID                               string
	Rights, Scopes                               string
	VaultOpen                                    bool
	Lease                                        int64
	State                                        int64
	Reason, Message, Steps                       string
	Day                                          string
	Start, End                                   int64
	Images, Calls, InputTokens, OutputTokens     int64
	// Pictures is how many it brought in; Images went through models.
	Pictures int64
	// over is how many it had beyond those that were reserved, once it has ended.
	over int64

	// counted is what Scopes says, where it is known.
	counted []meter.Scope
}

const runColumns = `id, request_id, caller, caller_workspace, owner_workspace, charged_workspace, charged_key, visitor,
	workflow, workflow_id, version, version_hash, share, share_id, rights, scopes, vault_open, lease, state, reason, message,
	steps, day, start_time, end_time, model_images, credential_calls, input_tokens, output_tokens, pictures`

func (r *runRow) fields() []any {
	return []any{
		&r.ID, &r.RequestID, &r.Caller, &r.CallerWorkspace, &r.OwnerWorkspace, &r.ChargedWorkspace, &r.ChargedKey, &r.Visitor,
		&r.Workflow, &r.WorkflowID, &r.Version, &r.VersionHash, &r.Share, &r.ShareID, &r.Rights, &r.Scopes, &r.VaultOpen,
		&r.Lease, &r.State, &r.Reason, &r.Message, &r.Steps, &r.Day, &r.Start, &r.End, &r.Images, &r.Calls,
		&r.InputTokens, &r.OutputTokens, &r.Pictures,
	}
}

func (r *runRow) state() sharingv1.RunState { return sharingv1.RunState(r.State) }

const running = int64(sharingv1.RunState_RUN_STATE_RUNNING)

// metered is the run as the meter counts it.
func (r *runRow) metered() meter.Run {
	return meter.Run{ID: r.ID, Start: time.UnixMicro(r.Start), Pictures: r.Pictures, Over: r.over}
}

// insertRun writes the row of an admitted run, together with other small writes;
// false when there is a run of this id, or of this request of the caller's.
func (s store) insertRun(ctx context.Context, r runRow) (bool, error) {
	n, err := s.db.Exec(ctx, sqldb.Statement{
		Text: `INSERT INTO runs (` + runColumns + `) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
			$11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30) ON CONFLICT DO NOTHING`,
		Args: []any{
			r.ID, r.RequestID, r.Caller, r.CallerWorkspace, r.OwnerWorkspace, r.ChargedWorkspace, r.ChargedKey, r.Visitor,
			r.Workflow, r.WorkflowID, r.Version, r.VersionHash, r.Share, r.ShareID, r.Rights, r.Scopes, r.VaultOpen, r.Lease,
			r.State, r.Reason, r.Message, r.Steps, r.Day, r.Start, r.End, r.Images, r.Calls, r.InputTokens, r.OutputTokens,
			r.Pictures,
		},
	})
	return err == nil && n[0] == 1, err
}

// deleteRun removes the row of a run that was refused after all, or of which nothing
// happened; false when there is none that is open: what has ended is a charge.
func (s store) deleteRun(ctx context.Context, id string) (bool, error) {
	n, err := s.db.Exec(ctx, sqldb.Statement{Text: `DELETE FROM runs WHERE id = $1 AND state = 1`, Args: []any{id}})
	return err == nil && n[0] == 1, err
}

// run reads a run.
func (s store) run(ctx context.Context, id string) (r runRow, found bool, err error) {
	found, err = one(s.db.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs WHERE id = $1`, id), r.fields())
	return r, found, err
}

// runOfRequest finds the run that a caller's request has started.
func (s store) runOfRequest(ctx context.Context, caller, request string) (r runRow, found bool, err error) {
	found, err = one(s.db.QueryRowContext(ctx, `SELECT `+runColumns+` FROM runs
		WHERE caller = $1 AND request_id = $2 AND request_id <> ''`, caller, request), r.fields())
	return r, found, err
}

// ended is how a run ended and what it used.
type ended struct {
	row   runRow
	items []*sharingv1.LineItem
	// abandonedBefore, when set, ends the run only if its lease is older.
	abandonedBefore int64
}

// endRun writes the end of a run and its line items, once: false when it had ended.
func (s store) endRun(ctx context.Context, e ended) (bool, error) {
	if len(e.items) == 0 {
		n, err := s.db.Exec(ctx, e.statement())
		return err == nil && n[0] == 1, err
	}
	did := false
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		did = false
		end := e.statement()
		result, err := tx.ExecContext(ctx, end.Text, end.Args...)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil || n == 0 {
			return err
		}
		did = true
		return insertItems(ctx, tx, e.row.ID, e.items)
	})
	return did, err
}

// statement ends the run's row, if it is open.
func (e ended) statement() sqldb.Statement {
	r, before := e.row, e.abandonedBefore
	if before == 0 {
		before = math.MaxInt64
	}
	return sqldb.Statement{
		Text: `UPDATE runs SET state = $1, reason = $2, message = $3, steps = $4, end_time = $5,
			model_images = $6, credential_calls = $7, input_tokens = $8, output_tokens = $9, pictures = $10
			WHERE id = $11 AND state = 1 AND lease < $12`,
		Args: []any{r.State, r.Reason, r.Message, r.Steps, r.End, r.Images, r.Calls, r.InputTokens, r.OutputTokens, r.Pictures + r.over, r.ID, before},
	}
}

// itemsAtOnce keeps a statement below the engines' number of parameters.
const itemsAtOnce = 500

func insertItems(ctx context.Context, tx *sql.Tx, run string, items []*sharingv1.LineItem) error {
	for len(items) > 0 {
		batch := items[:min(len(items), itemsAtOnce)]
		items = items[len(batch):]
		var values strings.Builder
		args := make([]any, 0, 10*len(batch))
		for _, item := range batch {
			values.WriteString(placeholders(len(args), 10))
			args = append(args, run, item.GetStep(), item.GetAttempt(), item.GetKind(), item.GetResource(), item.GetQuantity(),
				item.GetInputTokens(), item.GetOutputTokens(), item.GetEndUnknown(), item.GetFailed())
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO line_items
			(run, step, attempt, kind, resource, quantity, input_tokens, output_tokens, end_unknown, failed)
			VALUES `+values.String()[1:]+` ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// placeholders is ",($1,$2,...)" beginning after the given number.
func placeholders(after, n int) string {
	b := []byte(",(")
	for i := 1; i <= n; i++ {
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(after+i), 10)
		b = append(b, ',')
	}
	b[len(b)-1] = ')'
	return string(b)
}

// items reads the ledger of a run.
func (s store) items(ctx context.Context, run runRow) ([]*sharingv1.LineItem, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT step, attempt, kind, resource, quantity, input_tokens, output_tokens, end_unknown, failed
		FROM line_items WHERE run = $1 ORDER BY step, attempt, kind, resource`, run.ID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := run.charge()
	for rows.Next() {
		i := &sharingv1.LineItem{}
		if err := rows.Scan(&i.Step, &i.Attempt, &i.Kind, &i.Resource, &i.Quantity, &i.InputTokens, &i.OutputTokens, &i.EndUnknown, &i.Failed); err != nil {
			return nil, sqldb.Error(err)
		}
		out = append(out, i)
	}
	return out, sqldb.Error(rows.Err())
}

// renew lengthens the leases of those of the runs that are open, and lists them.
func (s store) renew(ctx context.Context, runs []string, lease int64) (map[string]bool, error) {
	open := map[string]bool{}
	for len(runs) > 0 {
		batch := runs[:min(len(runs), itemsAtOnce)]
		runs = runs[len(batch):]
		err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
			rows, err := tx.QueryContext(ctx, `UPDATE runs SET lease = $1 WHERE state = 1 AND id IN `+placeholders(1, len(batch))[1:]+
				` RETURNING id`, append([]any{lease}, anys(batch)...)...)
			if err != nil {
				return err
			}
			ids, err := all(rows, func(id *string) []any { return []any{id} })
			for _, id := range ids {
				open[id] = true
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return open, nil
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// expired lists open runs whose lease ended before the given time.
func (s store) expired(ctx context.Context, before int64, limit int) ([]runRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+runColumns+` FROM runs WHERE state = 1 AND lease < $1 ORDER BY lease LIMIT $2`, before, limit)
	if err != nil {
		return nil, err
	}
	return all(rows, func(r *runRow) []any { return r.fields() })
}

// stoppedRun is the state of a run that does not count.
const stoppedRun = int64(sharingv1.RunState_RUN_STATE_STOPPED)

// counted excludes them.
const counted = ` AND state <> 6`

// where is the condition that selects a meter's subject, with its arguments.
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

// Totals implements meter.Ledger. It is one statement, for it must be one snapshot.
func (s store) Totals(ctx context.Context, subject meter.Subject, day, month time.Time) (t meter.Totals, err error) {
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
func (s store) States(ctx context.Context, runs []string) (map[string]bool, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, state FROM runs WHERE id IN `+placeholders(0, len(runs))[1:]+counted, anys(runs)...)
	if err != nil {
		return nil, err
	}
	list, err := all(rows, func(r *runRow) []any { return []any{&r.ID, &r.State} })
	states := make(map[string]bool, len(list))
	for _, r := range list {
		states[r.ID] = r.State == running
	}
	return states, err
}

// openRuns reads those of the runs that are open.
func (s store) openRuns(ctx context.Context, runs []string) ([]runRow, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+runColumns+` FROM runs WHERE state = 1 AND id IN `+placeholders(0, len(runs))[1:], anys(runs)...)
	if err != nil {
		return nil, err
	}
	return all(rows, func(r *runRow) []any { return r.fields() })
}
