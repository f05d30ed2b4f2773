package vault

import (
	"context"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/batch"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// maxIntents is how many intents one statement writes: a power of 4, because there is a text for
// each size and a statement is compiled for each text.
const maxIntents = 64

// intents writes the intents of calls durably and says whether each call may be made. Those that
// wait while others are written share the next write, so that each costs a fraction of a statement
// and of a disk flush. Batches are serial, because more would wait while one writes.
type intents = batch.Batcher[attempt, beginning]

func newIntents(write func(context.Context, []attempt) (map[string]beginning, error)) *intents {
	work := func(ctx context.Context, rows []attempt) ([]batch.Result[beginning], error) {
		became, err := write(ctx, rows)
		if err != nil {
			return nil, err
		}
		results := make([]batch.Result[beginning], len(rows))
		for i, a := range rows {
			results[i].Value = became[a.id]
		}
		return results, nil
	}
	return batch.New(work, batch.Options[attempt]{
		MaxItems: maxIntents, Serial: true, Timeout: writeTimeout, Isolate: aboutOneIntent,
	})
}

// aboutOneIntent tells an error that one row may cause from an error of the database itself. One
// tenant's row must not fail the calls of others.
func aboutOneIntent(err error) bool {
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_INTERNAL, errorsv1.Reason_REASON_INVALID_REQUEST:
		return true
	}
	return false
}
