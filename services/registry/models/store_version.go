package models

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// orphan records, in a transaction, the versions that it deletes.
type orphan func(ctx context.Context, tx *sql.Tx, gone []Version) error

// Version is a row of model_versions.
type Version struct {
	VersionName
	State registryv1.State
	// Blob names the artifact in the bucket. It is empty for a version without one.
	Blob, SHA256 string
	Size         int64 // bytes
	Problem      string
	Signature    Signature
	Created      time.Time
}

// Signature holds the declared inputs and outputs of a model's file. Its column is JSON.
type Signature struct {
	Inputs  []Tensor `json:"inputs,omitempty"`
	Outputs []Tensor `json:"outputs,omitempty"`
}

// Tensor is one declared input or output.
type Tensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Shape []int64 `json:"shape"`
}

const versionColumns = `workspace, model, number, state, blob, sha256, size_bytes, problem, signature, create_time`

func readVersion(row sqldb.Scanner) (v Version, err error) {
	var created int64
	var signature string
	err = row.Scan(&v.Workspace, &v.Model, &v.Number, &v.State, &v.Blob, &v.SHA256, &v.Size, &v.Problem, &signature, &created)
	if err != nil {
		return v, err
	}
	v.Created = sqldb.FromMicros(created)
	if err := sqldb.FromJSON(signature, &v.Signature); err != nil {
		return v, fmt.Errorf("read signature of %s: %w", v, err)
	}
	return v, nil
}

// withArtifacts returns the versions that have artifacts.
func withArtifacts(all []Version) []Version {
	return slices.DeleteFunc(all, func(v Version) bool { return v.Blob == "" })
}

// CreateVersion takes the model's next number. The update comes first because it locks the model:
// no two versions get the same number, and none is created for a model that is being deleted.
func (s *Store) CreateVersion(ctx context.Context, n Name, now time.Time) (Version, error) {
	v := Version{VersionName: VersionName{Name: n}, State: registryv1.State_STATE_PENDING, Created: now}
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		v.Number, err = sqldb.One(tx.QueryRowContext(ctx, `UPDATE models SET next_number = next_number + 1 WHERE workspace = $1 AND model = $2 RETURNING next_number - 1`,
			n.Workspace, n.Model), readNumber)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO model_versions (workspace, model, number, state, create_time) VALUES ($1, $2, $3, $4, $5)`,
			n.Workspace, n.Model, v.Number, v.State, sqldb.Micros(now))
		return err
	})
	return v, err
}

func readNumber(row sqldb.Scanner) (n int64, err error) {
	err = row.Scan(&n)
	return n, err
}

// Version reads one version.
func (s *Store) Version(ctx context.Context, n VersionName) (Version, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+versionColumns+` FROM model_versions WHERE workspace = $1 AND model = $2 AND number = $3`,
		n.Workspace, n.Model, n.Number), readVersion)
}

// listVersions reads versions newest first, below the given number (0 for all).
func (s *Store) listVersions(ctx context.Context, n Name, below int64, limit int) ([]Version, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+versionColumns+` FROM model_versions
	  WHERE workspace = $1 AND model = $2 AND (number < $3 OR $3 = 0) ORDER BY number DESC LIMIT $4`, n.Workspace, n.Model, below, limit)
	return sqldb.All(rows, err, readVersion)
}

// MarkOpened stores the result of an upload. It succeeds once for each version, because only a
// pending version matches. Otherwise it returns sqldb.ErrNoRow.
func MarkOpened(ctx context.Context, tx *sql.Tx, v Version) error {
	signature, err := sqldb.ToJSON(v.Signature)
	if err != nil {
		return err
	}
	return mustChange(tx.ExecContext(ctx, `UPDATE model_versions SET state = $4, sha256 = $5, size_bytes = $6, problem = $7, signature = $8, blob = $9
	  WHERE workspace = $1 AND model = $2 AND number = $3 AND state = 1`,
		v.Workspace, v.Model, v.Number, v.State, v.SHA256, v.Size, v.Problem, signature, v.Blob))
}

// DeleteVersion deletes one version, and returns it if it had an artifact.
func (s *Store) DeleteVersion(ctx context.Context, n VersionName, record orphan) (gone []Version, err error) {
	err = s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		v, err := sqldb.One(tx.QueryRowContext(ctx, `DELETE FROM model_versions WHERE workspace = $1 AND model = $2 AND number = $3 RETURNING `+versionColumns,
			n.Workspace, n.Model, n.Number), readVersion)
		if err != nil {
			return err
		}
		gone = withArtifacts([]Version{v})
		return record(ctx, tx, gone)
	})
	return gone, err
}

// UsesBlob reports whether a version has this artifact.
func (s *Store) UsesBlob(ctx context.Context, workspace, blob string) (bool, error) {
	n, err := sqldb.One(s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM model_versions WHERE workspace = $1 AND blob = $2`, workspace, blob), readNumber)
	return n > 0, err
}

// mustChange returns sqldb.ErrNoRow for a statement that changed no row.
func mustChange(r sql.Result, err error) error {
	changed, err := sqldb.Changed(r, err)
	if err == nil && !changed {
		return sqldb.ErrNoRow
	}
	return err
}
