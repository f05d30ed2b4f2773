package sqldb

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// errApart means that one write of a batch failed and the batch needs savepoints.
var errApart = errors.New("a write of the batch failed")

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
			if i == 0 && w.tally != nil {
				s, w.changed[0] = guarded(s), 1 // or it fails
			}
			all.Queue(s.Text, s.Args...).Exec(func(tag pgconn.CommandTag) error {
				w.changed[i] = tag.RowsAffected()
				return nil
			})
		}
	}
	for _, s := range tallied(batch) {
		all.Queue(s.Text, s.Args...)
	}
	return c.SendBatch(ctx, all).Close()
}
