package reports

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// Store is the rows of reports.
type Store struct{ db *sqldb.DB }

// NewStore returns the rows of a database.
func NewStore(db *sqldb.DB) Store { return Store{db: db} }

// report is a row. name and title are those of the share at the time of the report.
type report struct {
	id, workspace, share, name, title string
	epoch                             int64 // of the link
	reporter                          string
	kind                              int64
	text                              string
	created                           int64
}

const columns = `id, workspace, share, name, title, link_epoch, reporter, kind, text, create_time`

func scan(r sqldb.Scanner) (p report, err error) {
	return p, r.Scan(&p.id, &p.workspace, &p.share, &p.name, &p.title, &p.epoch, &p.reporter, &p.kind, &p.text, &p.created)
}

// counts are the reports of one reporter since a time, on other links, and all on one link by others.
type counts struct{ byReporter, onShare int64 }

// put writes a report, over an earlier one of its reporter on its share, if the counts allow it.
func (s Store) put(ctx context.Context, p report, since int64, allow func(counts) error) error {
	return s.db.Tx(ctx, func(tx *sql.Tx) error {
		var n counts
		err := tx.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM reports WHERE reporter = $1 AND create_time > $3 AND share <> $2),
			(SELECT COUNT(*) FROM reports WHERE share = $2 AND reporter <> $1)`, p.reporter, p.share, since).Scan(&n.byReporter, &n.onShare)
		if err != nil {
			return fmt.Errorf("count reports: %w", sqldb.Error(err))
		}
		if err := allow(n); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO reports (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (share, reporter) DO UPDATE SET title = $5, link_epoch = $6, kind = $8, text = $9, create_time = $10`,
			p.id, p.workspace, p.share, p.name, p.title, p.epoch, p.reporter, p.kind, p.text, p.created)
		if err != nil {
			return fmt.Errorf("insert report: %w", err)
		}
		return nil
	})
}

// list returns reports of a workspace before a place, newest first; of all workspaces for "".
func (s Store) list(ctx context.Context, ws string, before page.Place, limit int) ([]report, error) {
	of, args := `workspace = $4 AND `, []any{before.Time, before.ID, limit, ws}
	if ws == "" {
		of, args = ``, args[:3]
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM reports WHERE `+of+`(create_time, id) < ($1, $2)
		ORDER BY create_time DESC, id DESC LIMIT $3`, args...)
	return sqldb.All(rows, err, scan)
}
