package people

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
)

// person is somebody who works in a workspace.
type person struct {
	workspace, id string
	title, email  string
	role          keys.Role
	createTime    int64
}

func (p person) name() string { return keys.PersonName(p.workspace, p.id) }

func (p person) message() *vaultv1.Person {
	return &vaultv1.Person{
		Name: p.name(), Title: p.title, Email: p.email, Role: vaultv1.PersonRole(p.role),
		CreateTime: timestamppb.New(sqldb.FromMicros(p.createTime)),
	}
}

const selectPeople = `SELECT workspace, id, title, email, role, create_time FROM people WHERE remove_time IS NULL AND workspace = $1 `

func scanPerson(r sqldb.Scanner) (person, error) {
	var p person
	if err := r.Scan(&p.workspace, &p.id, &p.title, &p.email, &p.role, &p.createTime); err != nil {
		return p, sqldb.Error(fmt.Errorf("read person: %w", err))
	}
	return p, nil
}

// find returns a person who was not removed.
func find(ctx context.Context, q sqldb.Queryer, name string) (person, error) {
	ws, id, ok := resource.Split(name, "people")
	if !ok {
		return person{}, resource.BadName("person.name", "workspaces/{workspace}/people/{person}")
	}
	p, err := scanPerson(q.QueryRowContext(ctx, selectPeople+`AND id = $2`, ws, id))
	if errors.Is(err, sqldb.ErrNoRow) {
		return p, resource.NotFound("person")
	}
	return p, err
}

// list returns people after a place, oldest first.
func (s *People) list(ctx context.Context, workspace string, after page.Place, limit int) ([]person, error) {
	rows, err := s.db.QueryContext(ctx, selectPeople+`AND (create_time, id) > ($2, $3) ORDER BY create_time, id LIMIT $4`,
		workspace, after.Time, after.ID, limit)
	return sqldb.All(rows, err, scanPerson)
}

func insert(ctx context.Context, tx *sql.Tx, p person) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people (workspace, id, title, email, role, create_time) VALUES ($1, $2, $3, $4, $5, $6)`,
		p.workspace, p.id, p.title, p.email, int64(p.role), p.createTime)
	if err != nil {
		return fmt.Errorf("insert person: %w", err)
	}
	return nil
}

func update(ctx context.Context, tx *sql.Tx, p person) error {
	_, err := tx.ExecContext(ctx, `UPDATE people SET title = $3, role = $4 WHERE workspace = $1 AND id = $2`, p.workspace, p.id, p.title, int64(p.role))
	if err != nil {
		return fmt.Errorf("update person: %w", err)
	}
	return nil
}

func remove(ctx context.Context, tx *sql.Tx, p person, at int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE people SET remove_time = $3 WHERE workspace = $1 AND id = $2`, p.workspace, p.id, at)
	if err != nil {
		return fmt.Errorf("remove person: %w", err)
	}
	return nil
}

// otherOwners counts who could still manage a workspace without a person: other owners with a key, and keys of no
// person. Lock the workspace before.
func otherOwners(ctx context.Context, tx *sql.Tx, p person) (int, error) {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys k WHERE k.workspace = $1 AND k.kind = $2 AND k.person <> $3
		AND k.revoke_time IS NULL AND `+keys.RoleColumn+` = $4`, p.workspace, keys.KindOwner, p.id, int64(keys.RoleOwner)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count owners: %w", err)
	}
	return n, nil
}
