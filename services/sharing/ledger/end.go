package ledger

import (
	"context"
	"database/sql"
	"math"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// End is the end of a run and what it used.
type End struct {
	Run   Run
	Items []*sharingv1.LineItem
	// LeaseBefore ends the run only if its lease is older; 0 ends it in any case.
	LeaseBefore int64
}

// End writes the end of a run and its line items in one commit. It returns false when the
// run has ended before. The row comes first: of two ends only one changes it, and only that
// one books items.
func (s Store) End(ctx context.Context, e End) (bool, error) {
	if len(e.Items) == 0 {
		n, err := s.db.Exec(ctx, e.statement())
		return err == nil && n[0] == 1, err
	}
	did := false
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		end := e.statement()
		var err error
		if did, err = sqldb.Changed(tx.ExecContext(ctx, end.Text, end.Args...)); err != nil || !did {
			return err
		}
		return insertItems(ctx, tx, e.Run.ID, e.Items)
	})
	return did, err
}

// statement updates the row of the run if it is open.
func (e End) statement() sqldb.Statement {
	r, before := e.Run, e.LeaseBefore
	if before == 0 {
		before = math.MaxInt64
	}
	return sqldb.Statement{
		Text: `UPDATE runs SET state = $1, reason = $2, message = $3, steps = $4, end_time = $5,
			model_images = $6, credential_calls = $7, input_tokens = $8, output_tokens = $9, pictures = $10
			WHERE id = $11 AND state = 1 AND lease < $12`,
		Args: []any{r.State, r.Reason, r.Message, r.Steps, r.End, r.Images, r.Calls, r.InputTokens, r.OutputTokens, r.Pictures + r.PicturesOver, r.ID, before},
	}
}
