package keys

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
)

// mostMade bounds the keys that are listed for sessions.
const mostMade = 1000

// Made is an active key that a session left behind.
type Made struct {
	Key
	// Session is the name of the session that the key goes back to.
	Session string
}

// Message is the key without its text.
func (m Made) Message() *vaultv1.Key { return m.message() }

// Origin says who makes something that lets others in: the names of the key, of its session, and of the session that
// approved that one; "" for none.
type Origin struct{ Key, Session, Parent string }

// Hold locks the key and the session of a caller as for a new key, and returns them.
func Hold(ctx context.Context, tx *sql.Tx, p caller.Principal) (Origin, error) {
	parent, err := hold(ctx, tx, p)
	return Origin{Key: p.Key, Session: p.Session, Parent: parent}, err
}

// MadeFrom returns the key with an origin: it counts as one that the origin made.
func (k Key) MadeFrom(o Origin) Key {
	k.madeKey, k.madeSession, k.madeParent = o.Key, o.Session, o.Parent
	return k
}

// hold locks the key and the session that ask for a new key until the transaction ends, and returns the name of the
// session that approved the session. A caller that ends one of them at the same moment finds the new key, or the new
// key is refused. Without the lock, an ended session could leave keys that nobody learns of, because other replicas
// cache the session for a second.
func hold(ctx context.Context, tx *sql.Tx, p caller.Principal) (approver string, err error) {
	if ws, id, ok := resource.Split(p.Session, "sessions"); ok {
		err = tx.QueryRowContext(ctx, `UPDATE sessions SET parent = parent WHERE workspace = $1 AND id = $2 RETURNING parent`, ws, id).Scan(&approver)
		if err = sqldb.Error(err); errors.Is(err, sqldb.ErrNoRow) {
			return "", errs.Unauthenticated("the session has ended: sign in again").Because(err)
		}
		if err != nil {
			return "", fmt.Errorf("hold session: %w", err)
		}
		if approver != "" {
			approver = "workspaces/" + ws + "/sessions/" + approver
		}
	}
	if ws, id, ok := resource.Split(p.Key, "keys"); ok {
		held, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE api_keys SET made_key = made_key
			WHERE workspace = $1 AND id = $2 AND revoke_time IS NULL`, ws, id))
		if err != nil {
			return "", fmt.Errorf("hold key: %w", err)
		}
		if !held {
			return "", errs.Unauthenticated("the key was revoked: use another one")
		}
	}
	return approver, nil
}

// Chain is the beginning of a query over made (session, workspace, id): the keys that go back to the sessions in a
// list of placeholders, revoked ones too.
func Chain(in string) string {
	return `WITH RECURSIVE made (session, workspace, id) AS (
			SELECT made_session, workspace, id FROM api_keys WHERE made_session <> '' AND made_session IN ` + in + `
			UNION SELECT made_parent, workspace, id FROM api_keys WHERE made_parent <> '' AND made_parent IN ` + in + `
			UNION SELECT m.session, k.workspace, k.id FROM made m
				JOIN api_keys k ON k.made_key <> '' AND k.made_key = 'workspaces/' || m.workspace || '/keys/' || m.id)`
}

// MadeBy returns the active keys that sessions made or sessions that they approved, the keys that those made, and so
// on, oldest first. A thief who makes a key with a session may make the next one with that key.
func MadeBy(ctx context.Context, q sqldb.Queryer, sessions []string) ([]Made, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	in := sqldb.Placeholders(1, len(sessions))
	rows, err := q.QueryContext(ctx, Chain(in)+`
		SELECT m.session, m.workspace, m.id, k.title, k.prefix, k.person, k.create_time FROM made m
			JOIN api_keys k ON k.workspace = m.workspace AND k.id = m.id AND k.revoke_time IS NULL
		ORDER BY k.create_time, m.workspace, m.id, m.session LIMIT $1`, append([]any{mostMade}, sqldb.Arguments(sessions)...)...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (m Made, err error) {
		err = r.Scan(&m.Session, &m.Workspace, &m.id, &m.title, &m.prefix, &m.Person, &m.createTime)
		return m, sqldb.Error(err)
	})
}

// RevokeMade revokes the keys that a session left behind, each with its event, and returns them. The caller announces
// them. It looks again until there are none: keys may be made meanwhile with keys that it has not reached.
func RevokeMade(ctx context.Context, tx *sql.Tx, log *audit.Log, by audit.Actor, session string, at int64) (all []Made, err error) {
	for {
		made, err := MadeBy(ctx, tx, []string{session})
		if err != nil || len(made) == 0 {
			return all, err
		}
		if err := revokeEach(ctx, tx, log, by, made, at); err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
}

func revokeEach(ctx context.Context, tx *sql.Tx, log *audit.Log, by audit.Actor, made []Made, at int64) error {
	for _, m := range made {
		ok, err := revoke(ctx, tx, m.Workspace, m.id, at)
		if err != nil {
			return err
		}
		if !ok { // somebody else revoked it at this moment
			continue
		}
		event := log.Event(by, m.Workspace, "key.revoke", m.Name())
		event.Details["with"] = m.Session
		if err := audit.Write(ctx, tx, event); err != nil {
			return fmt.Errorf("revoke made keys: %w", err)
		}
	}
	return nil
}
