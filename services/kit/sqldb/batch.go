package sqldb

import (
	"context"
	"database/sql"
	"fmt"
)

// The statements around each write of a batch. No savepoint is released by
// itself: the next one replaces it in the same round trip, an undone one serves
// the next write as it is, and the commit ends the last.
const (
	savepoint = "SAVEPOINT w"
	replace   = "RELEASE SAVEPOINT w; SAVEPOINT w"
	release   = "RELEASE SAVEPOINT w"
	undo      = "ROLLBACK TO SAVEPOINT w"
	// Two writers whose batches lock the same rows in different order would
	// wait for each other until PostgreSQL looks for deadlocks, 1 s later. A
	// write that waits longer than this for a lock is run by itself afterwards.
	lockLimit = "SET LOCAL lock_timeout = '100ms'; "
)

// commit writes the batch in one transaction and answers its callers. It
// returns those that must be run by themselves.
func (g *group) commit(batch []*write) []*write {
	if len(batch) <= 1 { // alone it needs no savepoint
		return batch
	}
	ctx, cancel := g.context()
	defer cancel()
	results := make([]error, len(batch))
	if err := g.transact(ctx, batch, results); err != nil {
		// An answer of fn may rest on rows of the batch that are undone now.
		for _, w := range batch {
			w.panicked = nil
			w.finish(err)
		}
		return nil
	}
	var again []*write
	for i, w := range batch {
		if retriable(results[i]) || postgresCode(results[i]) == brokenTx {
			again = append(again, w)
			continue
		}
		w.finish(results[i])
	}
	return again
}

func (g *group) transact(ctx context.Context, batch []*write, results []error) error {
	tx, err := g.db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin group: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := g.writeAll(ctx, tx, batch, results); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit group: %w", err)
	}
	return nil
}

// writeAll runs each write between savepoints. Its own error is the whole
// batch's; the writes' errors are in results.
func (g *group) writeAll(ctx context.Context, tx *sql.Tx, batch []*write, results []error) error {
	next := savepoint
	if g.db.engine == Postgres {
		next = lockLimit + savepoint
	}
	for i, w := range batch {
		if err := g.fence(ctx, tx, next, results, i-1); err != nil {
			return err
		}
		next = replace
		if results[i] = w.call(ctx, tx); results[i] != nil {
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
// that hid a failed statement and so broke the transaction for the others:
// that one is undone, and run by itself where it fails alone.
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

// undoLast undoes one write. Where that fails the transaction is gone: SQLite
// rolls back all of it when the disk is full.
func undoLast(ctx context.Context, tx *sql.Tx, why error) error {
	if _, err := tx.ExecContext(ctx, undo); err != nil {
		return unusable(fmt.Errorf("undo one write of a group: %w (after: %w)", err, why))
	}
	return nil
}
