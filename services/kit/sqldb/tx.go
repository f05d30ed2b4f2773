package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// txAttempts bounds the attempts of a transaction that lost a race.
const txAttempts = 10

// Tx runs fn in a transaction. It commits if fn returns nil. Otherwise it rolls back and
// returns fn's error. On SQLite the transaction takes the write lock at its begin, so it
// cannot fail later for the lock.
//
// fn runs again when the database rolled back the transaction because of another one
// (deadlock, serialization failure). So fn must assign results instead of appending to
// them, and must have no effect outside of the transaction. It must use only the given tx:
// another Tx or Group inside of fn would wait for this one, and this one for it.
func (db *DB) Tx(ctx context.Context, fn func(*sql.Tx) error) error {
	if ctx.Value(writing{}) == db.pools {
		return errNested
	}
	return db.retryTx(ctx, fn)
}

// writing marks the context of a write of a group, with its database.
type writing struct{}

var errNested = errors.New("nested write to the same database: use the transaction of the outer write")

// retryTx tries a transaction again after it lost a race. The database has rolled it back by
// then, so nothing is written twice.
func (p *pools) retryTx(ctx context.Context, fn func(*sql.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := p.tryTx(ctx, fn)
		if attempt == txAttempts || !retriable(err) || !pause(ctx, attempt) {
			return Error(err)
		}
	}
}

func (p *pools) tryTx(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := p.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit; needed after a panic
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}

// pause waits a random time that grows with each attempt, so that two conflicting
// transactions do not meet again.
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
