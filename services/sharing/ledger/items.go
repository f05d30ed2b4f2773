package ledger

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Redact hides the names of the owner's credentials, models and workflows from viewers of
// another workspace. Viewers see where calls went only for their own credentials.
func Redact(items []*sharingv1.LineItem, owner, viewer string) []*sharingv1.LineItem {
	out := make([]*sharingv1.LineItem, len(items))
	for i, item := range items {
		out[i] = item
		if of(item, viewer) {
			continue
		}
		out[i] = proto.CloneOf(item)
		out[i].Provider, out[i].Destination = "", ""
		if of(item, owner) {
			out[i].Resource, out[i].Failed = "", 0
		}
	}
	return out
}

func of(item *sharingv1.LineItem, workspace string) bool {
	return strings.HasPrefix(item.GetResource(), resource.Workspace(workspace)+"/")
}

const itemColumns = `step, attempt, kind, resource, quantity, input_tokens, output_tokens, end_unknown, failed, provider, destination`

// itemValues is how many values a row has: those columns and its run.
const itemValues = 12

// itemStatements inserts the line items of a run.
func itemStatements(run string, items []*sharingv1.LineItem) (out []sqldb.Statement) {
	for batch := range slices.Chunk(items, batchSize) {
		var values strings.Builder
		args := make([]any, 0, itemValues*len(batch))
		for _, item := range batch {
			if len(args) > 0 {
				values.WriteByte(',')
			}
			values.WriteString(sqldb.Placeholders(len(args), itemValues))
			args = append(args, run, item.GetStep(), item.GetAttempt(), item.GetKind(), item.GetResource(), item.GetQuantity(),
				item.GetInputTokens(), item.GetOutputTokens(), item.GetEndUnknown(), item.GetFailed(),
				item.GetProvider(), item.GetDestination())
		}
		out = append(out, sqldb.Statement{
			Text: `INSERT INTO line_items (run, ` + itemColumns + `) VALUES ` + values.String() + ` ON CONFLICT DO NOTHING`,
			Args: args,
		})
	}
	return out
}

// Items reads the line items of a run, its own charge first.
func (s Store) Items(ctx context.Context, run Run) ([]*sharingv1.LineItem, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+itemColumns+`
		FROM line_items WHERE run = $1 ORDER BY step, attempt, kind, resource`, run.ID)
	items, err := sqldb.All(rows, err, func(r sqldb.Scanner) (*sharingv1.LineItem, error) {
		i := &sharingv1.LineItem{}
		err := r.Scan(&i.Step, &i.Attempt, &i.Kind, &i.Resource, &i.Quantity, &i.InputTokens, &i.OutputTokens, &i.EndUnknown, &i.Failed,
			&i.Provider, &i.Destination)
		return i, err
	})
	return append(run.Charge(), items...), err
}
