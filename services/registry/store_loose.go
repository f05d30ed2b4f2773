package registry

import (
	"context"
	"database/sql"
	"time"
)

// loosen notes that an artifact is about to be that no version names.
func (s *store) loosen(ctx context.Context, v version, since time.Time) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error { return loosened(ctx, tx, since, v) })
}

// loosened notes it together with what makes it so.
func loosened(ctx context.Context, tx *sql.Tx, since time.Time, all ...version) error {
	for _, v := range all {
		_, err := tx.ExecContext(ctx, `INSERT INTO loose_blobs (workspace, blob, since_us) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			v.workspace, v.blob, since.UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

// forget ends the note: a version names the artifact, or it is deleted.
func forget(ctx context.Context, tx *sql.Tx, v version) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM loose_blobs WHERE workspace = $1 AND blob = $2`, v.workspace, v.blob)
	return err
}

func (s *store) forget(ctx context.Context, v version) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error { return forget(ctx, tx, v) })
}

// loose lists artifacts that have been noted before a time, after the given one. Of a
// version only where the artifact lies is known.
func (s *store) loose(ctx context.Context, before time.Time, after version, limit int) ([]version, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT workspace, blob FROM loose_blobs
	  WHERE since_us < $1 AND (workspace, blob) > ($2, $3) ORDER BY workspace, blob LIMIT $4`, before.UnixMicro(), after.workspace, after.blob, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(row interface{ Scan(...any) error }) (v version, err error) {
		err = row.Scan(&v.workspace, &v.blob)
		return v, err
	})
}
