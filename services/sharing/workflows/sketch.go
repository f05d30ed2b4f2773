package workflows

import (
	"context"
	"database/sql"
	"encoding/json"

	"google.golang.org/protobuf/proto"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
)

// sketch is what a listing shows of a definition. It is written with the definition, so that
// a listing reads and compiles none.
type sketch struct {
	hash     string
	outline  []byte // a sharingv1.Sketch
	problems int64
	// models and credentials are the IDs that the definition names.
	models, credentials []string
}

// sketchOf draws a definition that is about to be stored and holds no secret.
func (s *Workflows) sketchOf(raw []byte, hash string) sketch {
	analysis := s.definitions.Analyze(raw)
	graph := analysis.Graph
	if graph == nil {
		graph, _ = s.definitions.Sketch(raw)
	}
	outline, err := proto.Marshal(definition.Outline(graph))
	if err != nil { // a name is not UTF-8: the list shows no outline
		outline = nil
	}
	return sketch{
		hash: hash, outline: outline, models: analysis.ModelIDs(), credentials: analysis.CredentialIDs(),
		problems: int64(len(analysis.Problems) + len(analysis.Obstacles) + len(analysis.NotRunnable)),
	}
}

func putSketch(ctx context.Context, tx *sql.Tx, workflow string, draft bool, k sketch) error {
	models, err := json.Marshal(k.models)
	if err != nil {
		return err
	}
	credentials, _ := json.Marshal(k.credentials) // a list of strings, like the models
	_, err = tx.ExecContext(ctx, `INSERT INTO sketches (workflow, draft, hash, outline, problems, models, credentials) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (workflow, draft) DO UPDATE SET hash = $3, outline = $4, problems = $5, models = $6, credentials = $7`,
		workflow, draft, k.hash, k.outline, k.problems, string(models), string(credentials))
	return err
}

// keepSketch stores the sketch of a definition unless the workflow has another one by now. The
// first statement locks the row that a save changes too, so a save comes before or after.
func (s Store) keepSketch(ctx context.Context, workflow string, draft bool, k sketch) error {
	same := `UPDATE drafts SET hash = hash WHERE workflow = $1 AND hash = $2`
	if !draft {
		same = `UPDATE workflows SET live_version = live_version WHERE uid = $1
			AND EXISTS (SELECT 1 FROM versions v WHERE v.workflow = uid AND v.number = live_version AND v.hash = $2)`
	}
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		ok, err := sqldb.Changed(tx.ExecContext(ctx, same, workflow, k.hash))
		if err != nil || !ok {
			return err
		}
		return putSketch(ctx, tx, workflow, draft, k)
	})
}

func dropDraftSketch(ctx context.Context, tx *sql.Tx, workflow string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM sketches WHERE workflow = $1 AND draft`, workflow)
	return err
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
