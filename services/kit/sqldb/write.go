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

// write is one caller's function and, after its batch, its outcome.
type write struct {
	ctx context.Context //nolint:containedctx // of the waiting caller; only its end is checked
	fn  func(context.Context, *sql.Tx) error
	// statements are the statements of fn, if they are known in advance. changed holds the
	// number of rows that each changed.
	statements []Statement
	changed    []int64
	err        error
	panicked   any
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

// inTurn runs the statements one after the other.
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
	}
	return nil
}
