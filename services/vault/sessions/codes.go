package sessions

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// Link makes the path of a link that signs in once with a key. The code is in the fragment, which a browser does
// not send, so no server and no proxy logs it.
func (s *Sessions) Link(ctx context.Context, by audit.Actor, key string) (path string, until time.Time, err error) {
	workspace, id, ok := resource.Split(key, "keys")
	if !ok {
		return "", until, resource.NotFound("key")
	}
	code, _ := tokens.SignInCode.New()
	until = s.now().Add(codeLife)
	_, err = s.log.Change(ctx, s.log.Event(by, workspace, "session.link", key), func(tx *sql.Tx) (bool, error) {
		return true, insertCode(ctx, tx, newCode{hash: tokens.Hash(code), workspace: workspace, key: id, until: sqldb.Micros(until)})
	})
	return "/app/sign-in#code=" + string(code.Expose()), until, err
}

// newCode is a code before its use.
type newCode struct {
	hash           []byte
	workspace, key string
	until          int64
	// challenge and parent are those of an approval; "" for a sign-in link.
	challenge, parent string
}

// proof is what a client presents: a code, and for an approval the challenge whose secret it knows.
type proof struct {
	code      secret.Secret
	challenge string
}

func badCode(cause error) error {
	return errs.Unauthenticated("the sign-in link is unknown, used or older than %d minutes: create a new one with keyhole sign-in-link", int(codeLife.Minutes())).Because(cause)
}

// insertCode stores a code of an active key, in place of the oldest beyond maxCodes.
func insertCode(ctx context.Context, tx *sql.Tx, c newCode) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM api_keys WHERE workspace = $1 AND id = $2 AND revoke_time IS NULL`, c.workspace, c.key).Scan(&n)
	switch {
	case err != nil:
		return fmt.Errorf("find key: %w", err)
	case n == 0:
		return resource.NotFound("key")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO sign_in_codes (hash, workspace, key_id, expire_time, challenge, parent)
		VALUES ($1, $2, $3, $4, $5, $6)`, c.hash, c.workspace, c.key, c.until, c.challenge, c.parent)
	if err != nil {
		return fmt.Errorf("insert code: %w", err)
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM sign_in_codes WHERE hash IN (SELECT hash FROM sign_in_codes
		WHERE workspace = $1 AND key_id = $2 ORDER BY expire_time DESC, hash LIMIT $3 OFFSET $4)`, c.workspace, c.key, maxCodes, maxCodes)
	if err != nil {
		return fmt.Errorf("delete surplus codes: %w", err)
	}
	return nil
}

// howOf reads which session a code begins, without using it. A client without the secret of the command line gets the
// answer for an unknown code, and so does a client that sends a secret with the code of a sign-in link.
func (s *Sessions) howOf(ctx context.Context, shown proof) (Start, error) {
	if !tokens.SignInCode.Is(shown.code) {
		return Start{}, badCode(errors.New("malformed code"))
	}
	var h holder
	var parent string
	now := sqldb.Micros(s.now())
	err := s.db.QueryRowContext(ctx, `SELECT workspace, key_id, parent FROM sign_in_codes WHERE hash = $1 AND challenge = $2 AND expire_time > $3`,
		tokens.Hash(shown.code), shown.challenge, now).Scan(&h.workspace, &h.key, &parent)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Start{}, badCode(err)
	}
	if err != nil {
		return Start{}, sqldb.Error(err)
	}
	how := Start{Key: h.name(), By: "sign-in link", First: func(tx *sql.Tx) error { return spend(ctx, tx, shown, now) }}
	if parent == "" {
		return how, nil
	}
	err = s.underParent(ctx, &how, h.workspace, parent)
	return how, err
}

// spend uses a code up. Of two transactions with one code, only one deletes its row.
func spend(ctx context.Context, tx *sql.Tx, shown proof, now int64) error {
	ok, err := sqldb.Changed(tx.ExecContext(ctx, `DELETE FROM sign_in_codes WHERE hash = $1 AND challenge = $2 AND expire_time > $3`,
		tokens.Hash(shown.code), shown.challenge, now))
	switch {
	case err != nil:
		return fmt.Errorf("spend code: %w", err)
	case !ok:
		return badCode(errors.New("spent by another request"))
	}
	return nil
}

// underParent turns a start into that of a child session. Its transaction locks the row of the parent: if the parent
// ends at the same moment, the child ends with it or is refused.
func (s *Sessions) underParent(ctx context.Context, how *Start, workspace, id string) error {
	parent, err := byID(ctx, s.db, workspace, id, sqldb.Micros(s.now()))
	if errors.Is(err, sqldb.ErrNoRow) {
		return badCode(err)
	}
	if err != nil {
		return err
	}
	use := how.First
	how.Parent, how.By = &parent, "approved in a browser"
	how.First = func(tx *sql.Tx) error {
		ok, err := sqldb.Changed(tx.ExecContext(ctx, `UPDATE sessions SET parent = parent WHERE workspace = $1 AND id = $2`, workspace, id))
		if err != nil {
			return fmt.Errorf("lock the approving session: %w", err)
		}
		if !ok {
			return badCode(errors.New("the approving session has ended"))
		}
		return use(tx)
	}
	return nil
}
