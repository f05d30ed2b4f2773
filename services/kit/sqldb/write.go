package sqldb

import (
	"context"
	"database/sql"
	"fmt"
)

// Statement is an SQL text, which must be a constant, and its arguments.
type Statement struct {
	Text string
	Args []any
}

// Tally sums up what the writes of one commit changed. Its statements run once for each
// commit, after the writes and in their transaction. So a sum that many writes change costs
// one update, and replicas can lock its rows in the same order.
type Tally struct {
	// Sum returns the statements for the marks of the writes.
	Sum func(marks []any) []Statement
}

// write is one caller's function and, after its batch, its outcome.
type write struct {
	ctx context.Context //nolint:containedctx // of the waiting caller; only its end is checked
	fn  func(context.Context, *sql.Tx) error
	// statements are the statements of fn, if they are known in advance. changed holds the
	// number of rows that each changed.
	statements []Statement
	changed    []int64
	// tally sums up the write, if it is set. mark describes the write to it.
	tally    *Tally
	mark     any
	err      error
	panicked any
}

// call runs fn and keeps its panic for its caller.
func (w *write) call(ctx context.Context, tx *sql.Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			w.panicked = p
			err = fmt.Errorf("panic in a group write: %v", p)
		}
	}()
	w.panicked = nil
	return w.fn(ctx, tx)
}

// whole runs fn and the tally of this write alone.
func (w *write) whole(ctx context.Context, tx *sql.Tx) error {
	if err := w.call(ctx, tx); err != nil {
		return err
	}
	return sumUp(ctx, tx, w)
}

// inTurn runs the statements one after the other, or only the first one if the write is
// tallied and that changes nothing.
func (w *write) inTurn(ctx context.Context, tx *sql.Tx) error {
	w.changed = make([]int64, len(w.statements))
	for i, s := range w.statements {
		result, err := tx.ExecContext(ctx, s.Text, s.Args...)
		if err != nil {
			return err
		}
		if w.changed[i], err = result.RowsAffected(); err != nil {
			return err
		}
		if i == 0 && w.idle() {
			return nil
		}
	}
	return nil
}

// guarded returns the first statement of a tallied write for PostgreSQL's pipeline, where
// nothing can depend on a result. If it changes no row, it fails, and the batch runs again,
// one write after the other.
func guarded(s Statement) Statement {
	return Statement{Text: `WITH w AS (` + s.Text + ` RETURNING 1) SELECT 1 / count(*) FROM w`, Args: s.Args}
}

// idle reports whether the first statement of a tallied write has changed nothing.
func (w *write) idle() bool {
	return w.tally != nil && len(w.changed) > 0 && w.changed[0] == 0
}

// tallied returns the statements that sum up the writes of a batch.
func tallied(batch []*write) (statements []Statement) {
	var order []*Tally // the statements must have a fixed order, and a map has none
	marks := map[*Tally][]any{}
	for _, w := range batch {
		if w.tally == nil || w.idle() {
			continue
		}
		if marks[w.tally] == nil {
			order = append(order, w.tally)
		}
		marks[w.tally] = append(marks[w.tally], w.mark)
	}
	for _, t := range order {
		statements = append(statements, t.Sum(marks[t])...)
	}
	return statements
}

// sumUp runs the tallies of a batch.
func sumUp(ctx context.Context, tx *sql.Tx, batch ...*write) error {
	for _, s := range tallied(batch) {
		if _, err := tx.ExecContext(ctx, s.Text, s.Args...); err != nil {
			return err
		}
	}
	return nil
}
