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
	models   []string
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
		hash: hash, outline: outline, models: analysis.ModelIDs(),
		problems: int64(len(analysis.Problems) + len(analysis.Obstacles) + len(analysis.NotRunnable)),
	}
}

func putSketch(ctx context.Context, tx *sql.Tx, workflow string, draft bool, k sketch) error {
	models, err := json.Marshal(k.models)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sketches (workflow, draft, hash, outline, problems, models) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (workflow, draft) DO UPDATE SET hash = $3, outline = $4, problems = $5, models = $6`,
		workflow, draft, k.hash, k.outline, k.problems, string(models))
	return err
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
