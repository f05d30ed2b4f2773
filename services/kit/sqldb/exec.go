package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// Statement is an SQL text, which must be a constant, and its arguments.
type Statement struct {
	Text string
	Args []any
}

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

// pipelined reports whether a batch can be sent to PostgreSQL as a whole.
func (g *group) pipelined(batch []*write) bool {
	for _, w := range batch {
		if w.statements == nil {
			return false
		}
	}
	return g.db.engine == Postgres
}

// pipeline sends a batch in one message without a Sync in between, so the server runs it as
// one transaction and commits at the end (PostgreSQL protocol, "Pipelining"). If the server
// refuses a statement, nothing is written and the error is errApart. After any other error
// the outcome is unknown.
func (g *group) pipeline(ctx context.Context, batch []*write) error {
	conn, err := g.db.batches.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin group: %w", err)
	}
	defer func() { _ = conn.Close() }()
	err = conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("a PostgreSQL connection of type %T", driver)
		}
		return send(ctx, c.Conn(), batch)
	})
	if _, refused := errors.AsType[*pgconn.PgError](err); refused {
		return errApart
	}
	if err != nil {
		return fmt.Errorf("commit group: %w", err)
	}
	return nil
}

// send returns after the server has committed.
func send(ctx context.Context, c *pgx.Conn, batch []*write) error {
	all := &pgx.Batch{}
	for _, w := range batch {
		w.changed = make([]int64, len(w.statements))
		for i, s := range w.statements {
			all.Queue(s.Text, s.Args...).Exec(func(tag pgconn.CommandTag) error {
				w.changed[i] = tag.RowsAffected()
				return nil
			})
		}
	}
	return c.SendBatch(ctx, all).Close()
}
