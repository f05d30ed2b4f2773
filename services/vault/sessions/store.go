package sessions

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
)

// Session is a session of a workspace, without its token.
type Session struct {
	Workspace  string
	id         string
	key        string // its id
	keyTitle   string
	KeyKind    string
	person     string // the id of the key's person; "" if the key has none
	Role       keys.Role
	parent     string // the id of the session that approved it; "" if none did
	title      string
	createTime int64
	useTime    int64
	ExpireTime int64
	maxTime    int64 // ExpireTime is never later
}

// Name is the resource name of a session.
func Name(workspace, id string) string { return "workspaces/" + workspace + "/sessions/" + id }

// Name is the resource name of the session.
func (s Session) Name() string { return Name(s.Workspace, s.id) }

// Key is the resource name of the session's key.
func (s Session) Key() string { return keys.Name(s.Workspace, s.key) }

// use extends a session that is used at a time.
func (s *Session) use(now int64) {
	s.useTime = now
	s.ExpireTime = min(now+idleLife.Microseconds(), s.maxTime)
}

// selectLive reads the sessions of active keys.
const selectLive = `SELECT s.workspace, s.id, s.key_id, k.title, k.kind, k.person, ` + keys.RoleColumn + `, s.title, s.create_time, s.use_time,
	s.expire_time, s.max_time, s.parent FROM sessions s JOIN api_keys k ON k.workspace = s.workspace AND k.id = s.key_id AND k.revoke_time IS NULL `

func scanSession(r sqldb.Scanner) (Session, error) {
	var s Session
	if err := r.Scan(&s.Workspace, &s.id, &s.key, &s.keyTitle, &s.KeyKind, &s.person, &s.Role, &s.title, &s.createTime, &s.useTime, &s.ExpireTime, &s.maxTime, &s.parent); err != nil {
		return s, sqldb.Error(fmt.Errorf("read session: %w", err))
	}
	return s, nil
}

// byHash returns sqldb.ErrNoRow if no such session lives.
func byHash(ctx context.Context, q sqldb.Queryer, hash []byte, now int64) (Session, error) {
	return scanSession(q.QueryRowContext(ctx, selectLive+`WHERE s.hash = $1 AND s.expire_time > $2`, hash, now))
}

// byID returns sqldb.ErrNoRow if no such session lives.
func byID(ctx context.Context, q sqldb.Queryer, workspace, id string, now int64) (Session, error) {
	return scanSession(q.QueryRowContext(ctx, selectLive+`WHERE s.workspace = $1 AND s.id = $2 AND s.expire_time > $3`, workspace, id, now))
}

// list returns living sessions before a place, newest first: those that a reader may see.
func (s *Sessions) list(ctx context.Context, of reader, before page.Place, limit int) ([]Session, error) {
	rows, err := s.db.QueryContext(ctx, selectLive+`WHERE s.workspace = $1 AND (s.create_time, s.id) < ($2, $3) AND s.expire_time > $4
		AND ($5 = '' OR k.person = $5) ORDER BY s.create_time DESC, s.id DESC LIMIT $6`,
		of.workspace, before.Time, before.ID, sqldb.Micros(s.now()), of.person, limit)
	return sqldb.All(rows, err, scanSession)
}

func insert(ctx context.Context, tx *sql.Tx, s Session, hash []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (workspace, id, key_id, hash, title, create_time, use_time, expire_time, max_time, parent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, s.Workspace, s.id, s.key, hash, s.title, s.createTime, s.useTime, s.ExpireTime,
		s.maxTime, s.parent)
	if err != nil {
		return fmt.Errorf("insert session: %w", err)
	}
	return nil
}

// renew writes a later use. It changes nothing if the session has ended meanwhile.
func renew(ctx context.Context, tx *sql.Tx, s Session) error {
	_, err := tx.ExecContext(ctx, `UPDATE sessions SET use_time = $3, expire_time = $4
		WHERE workspace = $1 AND id = $2 AND use_time < $3`, s.Workspace, s.id, s.useTime, s.ExpireTime)
	if err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	return nil
}

// remove deletes a session with those that it approved and its codes. It returns their names, its own first, and none
// if there is no such session. The session goes first: a command line that signs in meanwhile locks its row, so that
// it is found here, or is refused.
func remove(ctx context.Context, tx *sql.Tx, of reader, id string) ([]string, error) {
	ok, err := removeOf(ctx, tx, of, id)
	if err != nil || !ok {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `DELETE FROM sessions WHERE workspace = $1 AND parent = $2 RETURNING id`, of.workspace, id)
	names, err := sqldb.All(rows, err, nameIn(of.workspace))
	if err != nil {
		return nil, fmt.Errorf("delete approved sessions: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM sign_in_codes WHERE workspace = $1 AND parent = $2`, of.workspace, id); err != nil {
		return nil, fmt.Errorf("delete approvals: %w", err)
	}
	return append([]string{Name(of.workspace, id)}, names...), nil
}

// nameIn scans an id and returns the name of its session.
func nameIn(workspace string) func(sqldb.Scanner) (string, error) {
	return func(r sqldb.Scanner) (string, error) {
		var id string
		err := r.Scan(&id)
		return Name(workspace, id), sqldb.Error(err)
	}
}

// removeOf deletes a session that a reader may see.
func removeOf(ctx context.Context, tx *sql.Tx, of reader, id string) (bool, error) {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM sessions WHERE workspace = $1 AND id = $2 AND ($3 = '' OR EXISTS
		(SELECT 1 FROM api_keys k WHERE k.workspace = sessions.workspace AND k.id = sessions.key_id AND k.person = $3))`,
		of.workspace, id, of.person))
	if err != nil {
		return false, fmt.Errorf("delete session: %w", err)
	}
	return ok, nil
}

// surplus returns the ids of the sessions of a key beyond the last used ones.
func surplus(ctx context.Context, tx *sql.Tx, workspace, key string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM sessions WHERE workspace = $1 AND key_id = $2
		ORDER BY use_time DESC, id DESC LIMIT $3 OFFSET $4`, workspace, key, maxPerKey, maxPerKey)
	return sqldb.All(rows, err, func(r sqldb.Scanner) (string, error) {
		var id string
		err := r.Scan(&id)
		return id, sqldb.Error(err)
	})
}

// EndOf deletes all sessions of a person. It returns their names, for the bus.
func EndOf(ctx context.Context, tx *sql.Tx, workspace, person string) ([]string, error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM sessions WHERE workspace = $1 AND EXISTS (SELECT 1 FROM api_keys k
		WHERE k.workspace = sessions.workspace AND k.id = sessions.key_id AND k.person = $2 AND k.person <> '') RETURNING id`, workspace, person)
	return sqldb.All(rows, err, nameIn(workspace))
}

func sweep(ctx context.Context, tx *sql.Tx, now int64) error {
	for _, table := range []string{"sessions", "sign_in_codes"} {
		_, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE expire_time <= $1 OR EXISTS (SELECT 1 FROM api_keys k
			WHERE k.workspace = `+table+`.workspace AND k.id = `+table+`.key_id AND k.revoke_time IS NOT NULL)`, now)
		if err != nil {
			return fmt.Errorf("sweep %s: %w", table, err)
		}
	}
	return nil
}
