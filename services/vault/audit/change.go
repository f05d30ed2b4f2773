package audit

import (
	"context"
	"database/sql"
)

// Change makes a change and writes its event in one transaction: without its event a change does not happen. It
// returns what change reports; if change reports that nothing changed, there is no event.
//
// change may add details to the event. It may run again after a conflict with another transaction.
func (l *Log) Change(ctx context.Context, e Event, change func(*sql.Tx) (bool, error)) (changed bool, err error) {
	err = l.db.Tx(ctx, func(tx *sql.Tx) error {
		var err error
		if changed, err = change(tx); err != nil || !changed {
			return err
		}
		return Write(ctx, tx, e)
	})
	return changed && err == nil, err
}
