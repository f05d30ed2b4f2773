package sqldb

import "context"

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
