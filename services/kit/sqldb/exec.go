package sqldb

import (
	"context"
	"slices"
)

// Exec is Group for a write with statements that are known in advance. It runs them in
// order and returns the number of rows that each changed. It sends all waiting writes to
// PostgreSQL in one message, while Group waits for an answer after each statement.
func (db *DB) Exec(ctx context.Context, statements ...Statement) ([]int64, error) {
	w := &write{ctx: ctx, statements: statements}
	w.fn = w.inTurn
	if err := db.group.do(w); err != nil {
		return nil, err
	}
	return w.changed, nil
}

// ExecTallied is [DB.Exec] for a write that a tally sums up. mark describes the
// write to the tally. If the first statement changes no row, nothing else of the write happens, and the
// rows that were changed are [0]. The first statement must be an INSERT, UPDATE or DELETE
// without RETURNING.
func (db *DB) ExecTallied(ctx context.Context, tally *Tally, mark any, first Statement, others ...Statement) ([]int64, error) {
	w := &write{ctx: ctx, statements: slices.Concat([]Statement{first}, others), tally: tally, mark: mark}
	w.fn = w.inTurn
	if err := db.group.do(w); err != nil {
		return nil, err
	}
	return w.changed, nil
}
