package sketch

import (
	"context"
	"database/sql"
	"encoding/json"

	"google.golang.org/protobuf/proto"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/definition"
)

// Sketch is what a listing shows of the definition with the hash.
type Sketch struct {
	Hash     string
	Outline  []byte // a sharingv1.Sketch
	Problems int64
	// Models and Credentials are the IDs that the definition names.
	Models, Credentials []string
}

// Of draws a definition that is about to be stored and holds no secret.
func Of(definitions *definition.Cache, raw []byte, hash string) Sketch {
	analysis := definitions.Analyze(raw)
	graph := analysis.Graph
	if graph == nil {
		graph, _ = definitions.Sketch(raw)
	}
	outline, err := proto.Marshal(definition.Outline(graph))
	if err != nil { // a name is not UTF-8: the list shows no outline
		outline = nil
	}
	return Sketch{
		Hash: hash, Outline: outline, Models: analysis.ModelIDs(), Credentials: analysis.CredentialIDs(),
		Problems: int64(len(analysis.Problems) + len(analysis.Obstacles) + len(analysis.NotRunnable)),
	}
}

// Put stores the sketch of the live version or of the draft of a workflow.
func Put(ctx context.Context, tx *sql.Tx, workflow string, draft bool, k Sketch) error {
	models, err := json.Marshal(k.Models)
	if err != nil {
		return err
	}
	credentials, _ := json.Marshal(k.Credentials) // a list of strings, like the models
	_, err = tx.ExecContext(ctx, `INSERT INTO sketches (workflow, draft, hash, outline, problems, models, credentials) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (workflow, draft) DO UPDATE SET hash = $3, outline = $4, problems = $5, models = $6, credentials = $7`,
		workflow, draft, k.Hash, k.Outline, k.Problems, string(models), string(credentials))
	return err
}

// Keep stores the sketch of a definition unless the workflow has another definition by now. The
// first statement locks the row that a save changes too, so a save comes before or after.
func Keep(ctx context.Context, db *sqldb.DB, workflow string, draft bool, k Sketch) error {
	same := `UPDATE drafts SET hash = hash WHERE workflow = $1 AND hash = $2`
	if !draft {
		same = `UPDATE workflows SET live_version = live_version WHERE uid = $1
			AND EXISTS (SELECT 1 FROM versions v WHERE v.workflow = uid AND v.number = live_version AND v.hash = $2)`
	}
	return db.Tx(ctx, func(tx *sql.Tx) error {
		ok, err := sqldb.Changed(tx.ExecContext(ctx, same, workflow, k.Hash))
		if err != nil || !ok {
			return err
		}
		return Put(ctx, tx, workflow, draft, k)
	})
}

// DropDraft deletes the sketch of a draft.
func DropDraft(ctx context.Context, tx *sql.Tx, workflow string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM sketches WHERE workflow = $1 AND draft`, workflow)
	return err
}

// Drop deletes the sketches of a workflow.
func Drop(ctx context.Context, tx *sql.Tx, workflow string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM sketches WHERE workflow = $1`, workflow)
	return err
}
