package keys

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// NewOf makes a key of a person, without storing it. A limit is one of the operator, which the person cannot raise;
// nil is none.
func NewOf(workspace, person string, role Role, limit *vaultv1.Budget, at int64) (Key, secret.Secret) {
	text, shown := tokens.OwnerKey.New()
	k := Key{
		Workspace: workspace, id: id.New("key"), Kind: KindOwner, Person: person, Role: role, title: "First key",
		prefix: shown, Hash: tokens.Hash(text), budget: newBudget(limit), createTime: at,
	}
	k.allowed = k.budget
	return k, text
}

// Insert stores a new key.
func Insert(ctx context.Context, tx *sql.Tx, k Key) error {
	ok, err := insert(ctx, tx, k)
	if err == nil && !ok {
		err = fmt.Errorf("key id %s is taken", k.id)
	}
	return err
}

// Message is the key for its first reply, with its text.
func (k Key) Message(text secret.Secret) *vaultv1.Key {
	m := k.message()
	m.Key = string(text.Expose())
	return m
}

// OfPerson returns the names of the active keys of a person.
func OfPerson(ctx context.Context, tx *sql.Tx, workspace, person string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM api_keys WHERE workspace = $1 AND person = $2 AND person <> '' AND revoke_time IS NULL`, workspace, person)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (string, error) {
		var kid string
		err := r.Scan(&kid)
		return Name(workspace, kid), sqldb.Error(err)
	})
}

// RevokeOf revokes all keys of a person.
func RevokeOf(ctx context.Context, tx *sql.Tx, workspace, person string, at int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE api_keys SET revoke_time = $3
		WHERE workspace = $1 AND person = $2 AND person <> '' AND revoke_time IS NULL`, workspace, person, at)
	if err != nil {
		return fmt.Errorf("revoke keys: %w", err)
	}
	return nil
}
