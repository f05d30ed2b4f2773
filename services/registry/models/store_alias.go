package models

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
)

// aliasColumns includes the task of a target that the workspace of the alias may use.
const aliasColumns = `a.workspace, a.id, a.target_workspace, a.target_model, a.target_number, a.create_time, a.update_time,
  COALESCE((SELECT m.task FROM models m WHERE m.workspace = a.target_workspace AND m.model = a.target_model AND (m.public OR m.workspace = a.workspace)), '')`

func readAlias(row sqldb.Scanner) (a Alias, err error) {
	var created, updated int64
	err = row.Scan(&a.Workspace, &a.Name, &a.Target.Workspace, &a.Target.Model, &a.Target.Number, &created, &updated, &a.Task)
	a.Created, a.Updated = sqldb.FromMicros(created), sqldb.FromMicros(updated)
	return a, err
}

func (s *Store) createAlias(ctx context.Context, a Alias) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO model_aliases (workspace, id, target_workspace, target_model, target_number, create_time, update_time) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			a.Workspace, a.Name, a.Target.Workspace, a.Target.Model, a.Target.Number, sqldb.Micros(a.Created), sqldb.Micros(a.Updated))
		return err
	})
}

func (s *Store) alias(ctx context.Context, workspace, name string) (Alias, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT `+aliasColumns+` FROM model_aliases a WHERE a.workspace = $1 AND a.id = $2`, workspace, name), readAlias)
}

// listAliases reads aliases by name, after the given one.
func (s *Store) listAliases(ctx context.Context, workspace, after string, limit int) ([]Alias, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+aliasColumns+` FROM model_aliases a WHERE a.workspace = $1 AND a.id > $2 ORDER BY a.id LIMIT $3`, workspace, after, limit)
	return sqldb.All(rows, err, readAlias)
}

func (s *Store) updateAlias(ctx context.Context, a Alias) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return mustChange(tx.ExecContext(ctx, `UPDATE model_aliases SET target_workspace = $3, target_model = $4, target_number = $5, update_time = $6 WHERE workspace = $1 AND id = $2`,
			a.Workspace, a.Name, a.Target.Workspace, a.Target.Model, a.Target.Number, sqldb.Micros(a.Updated)))
	})
}

func (s *Store) deleteAlias(ctx context.Context, workspace, name string) error {
	return s.db.Group(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return mustChange(tx.ExecContext(ctx, `DELETE FROM model_aliases WHERE workspace = $1 AND id = $2`, workspace, name))
	})
}

// meaning is what an ID of a definition means in one workspace.
type meaning struct {
	// aliased reports that an alias decides. If its target was deleted, model is zero.
	aliased bool
	model   Model
	number  int64
}

// mean reads the meaning of an ID: the target of an alias of the workspace in c, or else the
// model that c names. It is one query in both cases, because each run needs it.
func (s *Store) mean(ctx context.Context, id string, c candidate) (meaning, error) {
	return sqldb.One(s.db.QueryRowContext(ctx, `SELECT a.id IS NOT NULL, COALESCE(a.target_number, $5), COALESCE(m.workspace, ''), COALESCE(m.model, ''),
	  COALESCE(m.task, ''), COALESCE(m.public, FALSE), COALESCE((SELECT MAX(v.number) FROM model_versions v WHERE v.workspace = m.workspace AND v.model = m.model AND v.state = 2), 0)
	FROM (SELECT 1 AS one) AS one
	LEFT JOIN model_aliases a ON a.workspace = $1 AND a.id = $2
	LEFT JOIN models m ON m.workspace = COALESCE(a.target_workspace, $3) AND m.model = COALESCE(a.target_model, $4)`,
		c.aliases, id, c.model.Workspace, c.model.Model, c.model.Number), func(row sqldb.Scanner) (out meaning, err error) {
		err = row.Scan(&out.aliased, &out.number, &out.model.Workspace, &out.model.Name.Model, &out.model.Task, &out.model.Public, &out.model.Latest)
		return out, err
	})
}

// suggest reads models with a ready version that the workspace may use for a task: its own,
// then public ones of the operator.
func (s *Store) suggest(ctx context.Context, workspace, task string, limit int) ([]Model, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+modelColumns+` FROM models m WHERE (m.workspace = $1 OR m.workspace = $2 AND m.public) AND m.task = $3
	  AND EXISTS (SELECT 1 FROM model_versions v WHERE v.workspace = m.workspace AND v.model = m.model AND v.state = 2)
	  ORDER BY CASE WHEN m.workspace = $1 THEN 0 ELSE 1 END, m.model LIMIT $4`, workspace, publicWorkspace, task, limit)
	return sqldb.All(rows, err, readModel)
}
