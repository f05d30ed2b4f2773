package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The statements around each write of a batch with savepoints. No savepoint needs a
// release: the next savepoint replaces it in the same round trip, a rolled back one serves
// the next write, and the commit ends the last.
const (
	savepoint = "SAVEPOINT w"
	replace   = "RELEASE SAVEPOINT w; SAVEPOINT w"
	release   = "RELEASE SAVEPOINT w"
	undo      = "ROLLBACK TO SAVEPOINT w"
)

// commit writes the batch in one transaction and answers its callers. It returns the
// writes that must run alone.
//
// Nearly no write fails, so the first attempt uses no savepoints. If a write fails, the
// transaction is rolled back and the batch runs again with savepoints.
func (g *group) commit(batch []*write) []*write {
	pipelined := g.pipelined(batch)
	if len(batch) == 0 || len(batch) == 1 && !pipelined { // a single write needs no savepoint
		return batch
	}
	ctx, cancel := g.context() // of no caller: the end of one must not undo the writes of others
	defer cancel()
	results := make([]error, len(batch))
	err := g.through(ctx, batch, results, pipelined)
	if errors.Is(err, errApart) {
		if len(batch) == 1 {
			return batch
		}
		err = g.transact(ctx, batch, results, g.writeApart)
	}
	if err != nil {
		// A result of fn may depend on rows of the batch that were rolled back, so it is
		// dropped.
		for _, w := range batch {
			w.panicked = nil
			w.err = err
		}
		return nil
	}
	var again []*write
	for i, w := range batch {
		if retriable(results[i]) || postgresCode(results[i]) == brokenTx {
			again = append(again, w)
			continue
		}
		w.err = results[i]
	}
	return again
}

// through commits a batch without savepoints. It returns errApart if a write fails.
func (g *group) through(ctx context.Context, batch []*write, results []error, pipelined bool) error {
	if pipelined {
		return g.pipeline(ctx, batch)
	}
	return g.transact(ctx, batch, results, g.writeThrough)
}

// writer runs the writes of a batch in a transaction. It returns errors of the whole batch
// and stores errors of single writes in results.
type writer func(ctx context.Context, tx *sql.Tx, batch []*write, results []error) error

func (g *group) transact(ctx context.Context, batch []*write, results []error, all writer) error {
	tx, err := g.db.batches.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin group: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := all(ctx, tx, batch, results); err != nil {
		return err
	}
	if err := tx.Commit(); errors.Is(err, pgx.ErrTxCommitRollback) {
		return errApart // a write did not report its failed statement
	} else if err != nil {
		return fmt.Errorf("commit group: %w", err)
	}
	return nil
}

// writeThrough runs the writes in order and stops at the first failure.
func (g *group) writeThrough(ctx context.Context, tx *sql.Tx, batch []*write, _ []error) error {
	for _, w := range batch {
		if w.call(ctx, tx) != nil {
			return errApart
		}
	}
	if sumUp(ctx, tx, batch...) != nil {
		return errApart // a mark of one write may be the reason
	}
	return nil
}

// writeApart runs each write between savepoints.
func (g *group) writeApart(ctx context.Context, tx *sql.Tx, batch []*write, results []error) error {
	next := savepoint
	for i, w := range batch {
		if err := g.fence(ctx, tx, next, results, i-1); err != nil {
			return err
		}
		next = replace
		if results[i] = w.whole(ctx, tx); results[i] != nil {
			if err := undoLast(ctx, tx, results[i]); err != nil {
				return err
			}
			next = ""
		}
	}
	if g.db.engine == Postgres && next != "" {
		return g.fence(ctx, tx, release, results, len(batch)-1)
	}
	return nil
}

// fence runs the statement between two writes. On PostgreSQL it finds a write
// that hid a failed statement and so broke the transaction for the others. That
// write is rolled back and runs alone, where its failure affects no other.
func (g *group) fence(ctx context.Context, tx *sql.Tx, stmt string, results []error, previous int) error {
	if stmt == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, stmt)
	if err == nil {
		return nil
	}
	if previous < 0 || postgresCode(err) != brokenTx {
		return fmt.Errorf("set savepoint: %w", err)
	}
	results[previous] = err
	return undoLast(ctx, tx, err)
}

// undoLast rolls back one write. If that fails, the transaction is lost: SQLite rolls back
// all of it when the disk is full.
func undoLast(ctx context.Context, tx *sql.Tx, why error) error {
	if _, err := tx.ExecContext(ctx, undo); err != nil {
		return unusable(fmt.Errorf("undo one write of a group: %w (after: %w)", err, why))
	}
	return nil
}

// context returns the context of one transaction. It belongs to no caller, and marks the writes
// that are made under it as nested.
func (g *group) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithValue(context.Background(), writing{}, g.db), g.timeout)
}
