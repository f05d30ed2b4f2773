package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// store keeps models and versions. Every query names the workspace.
type store struct{ db *sqldb.DB }

// model is a row of models, with the number of its newest ready version.
type model struct {
	modelName
	title, task string
	public      bool
	latest      int64
	created     time.Time
}

// version is a row of model_versions.
type version struct {
	versionName
	state registryv1.State
	// blob is where its artifact lies.
	blob, sha256 string
	size         int64
	problem      string
	signature    signature
	created      time.Time
}

// signature is what a model's file declares; JSON in its column.
type signature struct {
	Inputs  []tensor `json:"inputs,omitempty"`
	Outputs []tensor `json:"outputs,omitempty"`
}

type tensor struct {
	Name  string  `json:"name"`
	Type  string  `json:"type"`
	Shape []int64 `json:"shape"`
}

const modelColumns = `m.workspace, m.model, m.title, m.task, m.public, m.created_us,
  COALESCE((SELECT MAX(v.number) FROM model_versions v WHERE v.workspace = m.workspace AND v.model = m.model AND v.state = 2), 0)`

func scanModel(row interface{ Scan(...any) error }) (model, error) {
	var m model
	var created int64
	err := row.Scan(&m.workspace, &m.modelName.model, &m.title, &m.task, &m.public, &created, &m.latest)
	m.created = time.UnixMicro(created)
	return m, err
}

const versionColumns = `workspace, model, number, state, blob, sha256, size_bytes, problem, signature, created_us`

func scanVersion(row interface{ Scan(...any) error }) (version, error) {
	var v version
	var created int64
	var sig string
	err := row.Scan(&v.workspace, &v.model, &v.number, &v.state, &v.blob, &v.sha256, &v.size, &v.problem, &sig, &created)
	if err != nil {
		return v, err
	}
	v.created = time.UnixMicro(created)
	if err := json.Unmarshal([]byte(sig), &v.signature); err != nil {
		return v, fmt.Errorf("read signature of %s: %w", v, err)
	}
	return v, nil
}

// missing turns "no row" into the answer for a stranger.
func missing(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return noModel()
	}
	return sqldb.Error(err)
}

func (s *store) createModel(ctx context.Context, m model) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO models (workspace, model, title, task, public, created_us) VALUES ($1, $2, $3, $4, $5, $6)`,
			m.workspace, m.modelName.model, m.title, m.task, m.public, m.created.UnixMicro())
		return err
	})
}

func (s *store) model(ctx context.Context, n modelName) (model, error) {
	m, err := scanModel(s.db.QueryRowContext(ctx, `SELECT `+modelColumns+` FROM models m WHERE m.workspace = $1 AND m.model = $2`, n.workspace, n.model))
	return m, missing(err)
}

// models lists by id, after the given one.
func (s *store) models(ctx context.Context, workspace, after string, limit int) ([]model, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+modelColumns+` FROM models m WHERE m.workspace = $1 AND m.model > $2 ORDER BY m.model LIMIT $3`, workspace, after, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanModel)
}

// updateModel sets what is given; nil leaves it.
func (s *store) updateModel(ctx context.Context, n modelName, title *string, public *bool) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE models SET title = COALESCE($3, title), public = COALESCE($4, public) WHERE workspace = $1 AND model = $2`,
			n.workspace, n.model, title, public)
		return oneRow(done, err)
	})
}

// deleteModel deletes a model with its versions, and gives those that had artifacts.
func (s *store) deleteModel(ctx context.Context, n modelName, now time.Time) (gone []version, err error) {
	err = s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		// Taking the row first keeps new versions out until the model is gone.
		done, err := tx.ExecContext(ctx, `UPDATE models SET next_number = next_number WHERE workspace = $1 AND model = $2`, n.workspace, n.model)
		if err := oneRow(done, err); err != nil {
			return err
		}
		if gone, err = deleted(tx.QueryContext(ctx, `DELETE FROM model_versions WHERE workspace = $1 AND model = $2 RETURNING `+versionColumns, n.workspace, n.model)); err != nil {
			return err
		}
		if err := loosened(ctx, tx, now, gone...); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM models WHERE workspace = $1 AND model = $2`, n.workspace, n.model)
		return err
	})
	return gone, err
}

// deleted are the versions with artifacts among rows that were deleted.
func deleted(rows *sql.Rows, err error) ([]version, error) {
	if err != nil {
		return nil, err
	}
	all, err := collect(rows, scanVersion)
	return slices.DeleteFunc(all, func(v version) bool { return v.blob == "" }), err
}

func oneRow(done sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err == nil && n == 0 {
		return noModel()
	}
	return err
}

// createVersion takes the model's next number.
func (s *store) createVersion(ctx context.Context, n modelName, now time.Time) (version, error) {
	v := version{versionName: versionName{modelName: n}, state: registryv1.State_STATE_PENDING, created: now}
	err := s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `UPDATE models SET next_number = next_number + 1 WHERE workspace = $1 AND model = $2 RETURNING next_number - 1`,
			n.workspace, n.model).Scan(&v.number)
		if err != nil {
			return missing(err)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO model_versions (workspace, model, number, state, created_us) VALUES ($1, $2, $3, $4, $5)`,
			n.workspace, n.model, v.number, v.state, now.UnixMicro())
		return err
	})
	return v, err
}

func (s *store) version(ctx context.Context, n versionName) (version, error) {
	v, err := scanVersion(s.db.QueryRowContext(ctx, `SELECT `+versionColumns+` FROM model_versions WHERE workspace = $1 AND model = $2 AND number = $3`,
		n.workspace, n.model, n.number))
	return v, missing(err)
}

// versions lists newest first, below the given number (0 for all).
func (s *store) versions(ctx context.Context, n modelName, below int64, limit int) ([]version, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+versionColumns+` FROM model_versions
	  WHERE workspace = $1 AND model = $2 AND (number < $3 OR $3 = 0) ORDER BY number DESC LIMIT $4`, n.workspace, n.model, below, limit)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanVersion)
}

// settle ends the wait of a pending version. It happens once: a version whose
// state is another has its artifact already.
func (s *store) settle(ctx context.Context, v version) error {
	sig, err := json.Marshal(v.signature)
	if err != nil {
		return fmt.Errorf("marshal signature: %w", err)
	}
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, `UPDATE model_versions SET state = $4, sha256 = $5, size_bytes = $6, problem = $7, signature = $8, blob = $9
		  WHERE workspace = $1 AND model = $2 AND number = $3 AND state = 1`,
			v.workspace, v.model, v.number, v.state, v.sha256, v.size, v.problem, string(sig), v.blob)
		if err := oneRow(done, err); err != nil {
			return err
		}
		return forget(ctx, tx, v)
	})
}

// deleteVersion deletes one, and gives it back where it had an artifact.
func (s *store) deleteVersion(ctx context.Context, n versionName, now time.Time) (gone []version, err error) {
	err = s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		v, err := scanVersion(tx.QueryRowContext(ctx, `DELETE FROM model_versions WHERE workspace = $1 AND model = $2 AND number = $3 RETURNING `+versionColumns,
			n.workspace, n.model, n.number))
		if err != nil {
			return missing(err)
		}
		if gone = nil; v.blob != "" {
			gone = []version{v}
		}
		return loosened(ctx, tx, now, gone...)
	})
	return gone, err
}

// usedBlob says whether a version still has the artifact of one that is gone.
func (s *store) usedBlob(ctx context.Context, gone version) (bool, error) {
	var n int
	err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM model_versions WHERE workspace = $1 AND blob = $2`, gone.workspace, gone.blob).Scan(&n)
	return n > 0, sqldb.Error(err)
}

func collect[T any](rows *sql.Rows, scan func(interface{ Scan(...any) error }) (T, error)) ([]T, error) {
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, sqldb.Error(rows.Err())
}
