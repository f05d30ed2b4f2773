package artifacts

import (
	"context"
	"database/sql"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/registry/models"
)

// artifact names a file in the bucket.
type artifact struct{ workspace, blob string }

func artifactOf(v models.Version) artifact { return artifact{v.Workspace, v.Blob} }

// key returns the object's key in the bucket. Each upload has its own key. So nobody can find
// out that another upload had the same bytes, and a deletion never removes what another upload
// is about to use.
func (a artifact) key() string { return a.workspace + "/" + a.blob }

// insertOrphan records an artifact that no version has.
func insertOrphan(ctx context.Context, tx *sql.Tx, since time.Time, a artifact) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO orphaned_blobs (workspace, blob, orphan_time) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		a.workspace, a.blob, sqldb.Micros(since))
	return err
}

// deleteOrphan deletes the record, because a version has the artifact or the artifact is
// deleted.
func deleteOrphan(ctx context.Context, tx *sql.Tx, a artifact) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM orphaned_blobs WHERE workspace = $1 AND blob = $2`, a.workspace, a.blob)
	return err
}

func (s *Store) addOrphan(ctx context.Context, since time.Time, a artifact) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error { return insertOrphan(ctx, tx, since, a) })
}

func (s *Store) removeOrphan(ctx context.Context, a artifact) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error { return deleteOrphan(ctx, tx, a) })
}

// orphans lists artifacts that were recorded before a time, after the given one.
func (s *Store) orphans(ctx context.Context, before time.Time, after artifact, limit int) ([]artifact, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT workspace, blob FROM orphaned_blobs
	  WHERE orphan_time < $1 AND (workspace, blob) > ($2, $3) ORDER BY workspace, blob LIMIT $4`, sqldb.Micros(before), after.workspace, after.blob, limit)
	return sqldb.All(rows, err, readArtifact)
}

func readArtifact(row sqldb.Scanner) (a artifact, err error) {
	err = row.Scan(&a.workspace, &a.blob)
	return a, err
}
