package ledger

import (
	"context"
	"math"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/sharing/usage"
)

// End is the end of a run and what it used.
type End struct {
	Run   Run
	Items []*sharingv1.LineItem
	// LeaseBefore ends the run only if its lease is older; 0 ends it in any case.
	LeaseBefore int64
}

// End writes the end of a run, its line items and the sums of them in one commit. It returns
// false when the run has ended before. Of two ends only one changes the row, and only that
// one writes the rest.
func (s Store) End(ctx context.Context, e End) (bool, error) {
	n, err := s.db.ExecTallied(ctx, usage.Tally, e.used(), e.statement(), itemStatements(e.Run.ID, e.Items)...)
	return err == nil && n[0] == 1, err
}

// used is the run as usage counts it.
func (e End) used() usage.Run {
	r := e.Run
	return usage.Run{
		OwnerWorkspace: r.OwnerWorkspace, ChargedWorkspace: r.ChargedWorkspace, ChargedKey: r.ChargedKey, Visitor: r.Visitor,
		WorkflowID: r.WorkflowID, Share: r.Share, ShareID: r.ShareID, Start: r.Start,
		Stopped: r.State == Stopped, Failed: r.State != Stopped && r.state() != sharingv1.RunState_RUN_STATE_SUCCEEDED,
		Images: r.Images, Calls: r.Calls, InputTokens: r.InputTokens, OutputTokens: r.OutputTokens, Items: e.Items,
	}
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
