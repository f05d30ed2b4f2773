package keys

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
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

// MadeBy returns the active keys that sessions made, the keys that those made, and so on, oldest first. A thief who
// makes a key with a session may make the next one with that key.
func MadeBy(ctx context.Context, q sqldb.Queryer, sessions []string) ([]Made, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	args, places := []any{mostMade}, make([]string, len(sessions))
	for i, name := range sessions {
		args, places[i] = append(args, name), "$"+strconv.Itoa(i+2)
	}
	rows, err := q.QueryContext(ctx, `WITH RECURSIVE made (session, workspace, id) AS (
			SELECT made_session, workspace, id FROM api_keys WHERE made_session <> '' AND made_session IN (`+strings.Join(places, ",")+`)
			UNION SELECT m.session, k.workspace, k.id FROM made m
				JOIN api_keys k ON k.made_key <> '' AND k.made_key = 'workspaces/' || m.workspace || '/keys/' || m.id)
		SELECT m.session, m.workspace, m.id, k.title, k.prefix, k.person, k.create_time FROM made m
			JOIN api_keys k ON k.workspace = m.workspace AND k.id = m.id AND k.revoke_time IS NULL
		ORDER BY k.create_time, m.workspace, m.id, m.session LIMIT $1`, args...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (m Made, err error) {
		err = r.Scan(&m.Session, &m.Workspace, &m.id, &m.title, &m.prefix, &m.Person, &m.createTime)
		return m, sqldb.Error(err)
	})
}

// RevokeMade revokes keys that a session left behind, each with its event. The caller announces them.
func RevokeMade(ctx context.Context, tx *sql.Tx, log *audit.Log, by audit.Actor, made []Made, at int64) error {
	for _, m := range made {
		ok, err := revoke(ctx, tx, m.Workspace, m.id, at)
		if err != nil || !ok {
			return err
		}
		event := log.Event(by, m.Workspace, "key.revoke", m.Name())
		event.Details["with"] = m.Session
		if err := audit.Write(ctx, tx, event); err != nil {
			return fmt.Errorf("revoke made keys: %w", err)
		}
	}
	return nil
}
