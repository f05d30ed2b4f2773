package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// txAttempts is how often a transaction that lost against another is tried.
const txAttempts = 10

// Tx runs fn in a transaction: committed when fn returns nil, undone when it
// returns an error, which is then Tx's. SQLite's begins as a writer's, so that
// it never fails half way for a lock.
//
// fn runs again when the transaction lost a race that the database undid
// (deadlock, serialization): it must set, not append, and have no effect
// outside the transaction. It must use the tx alone: another Tx or Group from
// inside would wait for this one, which waits for it.
func (db *DB) Tx(ctx context.Context, fn func(*sql.Tx) error) error {
	if ctx.Value(writing{}) == db {
		return errNested
	}
	return db.retryTx(ctx, fn)
}

// writing marks the context that a group's write gets, with its database.
type writing struct{}

var errNested = errors.New("nested write to the same database: use the transaction of the outer write")

func (db *DB) retryTx(ctx context.Context, fn func(*sql.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := db.tryTx(ctx, fn)
		if attempt == txAttempts || !retriable(err) || !pause(ctx, attempt) {
			return Error(err)
		}
	}
}

func (db *DB) tryTx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit, and on a panic
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}

// pause waits a little, and longer with each attempt, so that two transactions
// in each other's way do not meet again.
func pause(ctx context.Context, attempt int) bool {
	t := time.NewTimer(time.Duration(attempt) * (5 + rand.N[time.Duration](20)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
