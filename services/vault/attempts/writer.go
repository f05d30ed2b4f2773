package attempts

import (
	"context"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/batch"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// writeTimeout bounds the write of a batch, which continues after its callers have left.
const writeTimeout = 10 * time.Second

// Writer writes the intents of calls durably and says whether each call may be made. Intents that arrive
// while others are written share the next write, so that each costs a fraction of a statement and of a
// disk flush. Batches are serial: parallel batches would be smaller, and the disk flushes one at a time.
type Writer struct {
	batches *batch.Batcher[Attempt, Beginning]
}

// NewWriter returns a writer to a store.
func NewWriter(s *Store) *Writer {
	work := func(ctx context.Context, rows []Attempt) ([]batch.Result[Beginning], error) {
		became, err := s.begin(ctx, rows)
		if err != nil {
			return nil, err
		}
		results := make([]batch.Result[Beginning], len(rows))
		for i, a := range rows {
			results[i].Value = became[a.ID]
		}
		return results, nil
	}
	return &Writer{batch.New(work, batch.Options[Attempt]{
		MaxItems: maxIntents, Serial: true, Timeout: writeTimeout, Isolate: aboutOneIntent,
	})}
}

// Begin returns after the intent is durable.
func (w *Writer) Begin(ctx context.Context, a Attempt) (Beginning, error) {
	return w.batches.Do(ctx, a)
}

// aboutOneIntent reports whether one row may have caused an error of a batch. Then the rows are written one
// by one, because the row of one tenant must not fail the calls of others.
func aboutOneIntent(err error) bool {
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_INTERNAL, errorsv1.Reason_REASON_INVALID_REQUEST:
		return true
	}
	return false
}
