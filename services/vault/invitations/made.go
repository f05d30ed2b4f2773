package invitations

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
)

// mostMade bounds the invitations that are listed for sessions.
const mostMade = 1000

// Made is an open invitation that a session left behind.
type Made struct {
	Invitation
	// Session is the name of the session that the invitation goes back to.
	Session string
}

// MadeBy returns the open invitations that sessions made, or sessions that they approved, or the keys that go back to
// these, oldest first. One whose maker may not invite at the moment is among them: it may again.
func MadeBy(ctx context.Context, q sqldb.Queryer, sessions []string, now time.Time) ([]Made, error) {
	if len(sessions) == 0 {
		return nil, nil
	}
	in := sqldb.Placeholders(2, len(sessions))
	rows, err := q.QueryContext(ctx, keys.Chain(in)+`, left_behind (session, workspace, id) AS (
			SELECT made_session, workspace, id FROM invitations WHERE made_session <> '' AND made_session IN `+in+`
			UNION SELECT made_parent, workspace, id FROM invitations WHERE made_parent <> '' AND made_parent IN `+in+`
			UNION SELECT m.session, i.workspace, i.id FROM made m JOIN invitations i ON i.workspace = m.workspace AND i.key_id = m.id)
		SELECT `+columns+`, b.session FROM left_behind b JOIN invitations i ON i.workspace = b.workspace AND i.id = b.id
			JOIN api_keys k ON k.workspace = i.workspace AND k.id = i.key_id AND k.revoke_time IS NULL
		WHERE i.expire_time > $2 ORDER BY i.create_time, i.workspace, i.id, b.session LIMIT $1`,
		append([]any{mostMade, sqldb.Micros(now)}, sqldb.Arguments(sessions)...)...)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (m Made, err error) {
		err = r.Scan(append(m.fields(), &m.Session)...)
		return m, sqldb.Error(err)
	})
}

// RevokeMade revokes the invitations that a session left behind, each with its event, and returns them. Those of keys that
// are revoked in the same transaction come before the keys: an invitation of a revoked key is dead.
func RevokeMade(ctx context.Context, tx *sql.Tx, log *audit.Log, by audit.Actor, session string, now time.Time) ([]Made, error) {
	made, err := MadeBy(ctx, tx, []string{session}, now)
	if err != nil {
		return nil, err
	}
	for _, m := range made {
		ok, err := Delete(ctx, tx, m.Workspace, m.ID)
		if err != nil {
			return nil, err
		}
		if !ok { // somebody else used or revoked it at this moment
			continue
		}
		event := log.Event(by, m.Workspace, "invitation.revoke", m.Name())
		event.Details["with"] = m.Session
		if err := audit.Write(ctx, tx, event); err != nil {
			return nil, fmt.Errorf("revoke made invitations: %w", err)
		}
	}
	return made, nil
}
