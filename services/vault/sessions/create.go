package sessions

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// Start is how a session begins.
type Start struct {
	// Key is the resource name of the session's key, and Title the product name of the client.
	Key, Title string
	// By says in the audit log what it began with; "" for the key itself.
	By string
	// Parent is the session that approved this one; nil if none did.
	Parent *Session
	// First runs in the transaction of the new session: it uses a code up, or creates the key. It may be nil.
	First func(*sql.Tx) error
}

// Begin makes a session of a key.
func (s *Sessions) Begin(ctx context.Context, by audit.Actor, how Start) (Session, secret.Secret, error) {
	of, err := holderOfKey(how.Key)
	if err != nil {
		return Session{}, secret.Secret{}, err
	}
	token, _ := tokens.Session.New()
	now := sqldb.Micros(s.now())
	made := Session{Workspace: of.workspace, id: id.New("ses"), key: of.key, title: how.Title, createTime: now, maxTime: now + maxLife.Microseconds()}
	if how.Parent != nil {
		made.parent, made.maxTime = how.Parent.id, how.Parent.maxTime
	}
	made.use(now)
	event := s.log.Event(by, of.workspace, "session.create", made.Name())
	event.Details["key"] = made.Key()
	if how.By != "" {
		event.Details["by"] = how.By
	}
	var old []string
	_, err = s.log.Change(ctx, event, func(tx *sql.Tx) (bool, error) {
		if how.First != nil {
			if err := how.First(tx); err != nil {
				return false, err
			}
		}
		if err := insert(ctx, tx, made, tokens.Hash(token)); err != nil {
			return false, err
		}
		var err error
		old, err = s.endSurplus(ctx, tx, by, of)
		return true, err
	})
	// Also after an error, because the commit may have been made. The message drops only what is cached.
	for _, name := range old {
		s.bus.Announce(ctx, revocation.Ended, revocation.Session(name))
	}
	if err != nil {
		return Session{}, secret.Secret{}, err
	}
	// The key may have been revoked meanwhile. Then the row is dead, and the caller learns it here.
	made, err = byID(ctx, s.db, made.Workspace, made.id, now)
	if err != nil {
		return Session{}, secret.Secret{}, Ended(err)
	}
	return made, token, nil
}

// endSurplus ends the sessions of a key beyond maxPerKey, and returns their names.
func (s *Sessions) endSurplus(ctx context.Context, tx *sql.Tx, by audit.Actor, of holder) ([]string, error) {
	ids, err := surplus(ctx, tx, of.workspace, of.key)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, old := range ids {
		gone, err := remove(ctx, tx, reader{workspace: of.workspace}, old)
		if err != nil {
			return nil, err
		}
		for _, name := range gone {
			if err := s.writeEnd(ctx, tx, by, name, "a newer session of the key"); err != nil {
				return nil, err
			}
		}
		names = append(names, gone...)
	}
	return names, nil
}

// writeEnd writes the event of a session that ended for a reason.
func (s *Sessions) writeEnd(ctx context.Context, tx *sql.Tx, by audit.Actor, name, why string) error {
	workspace, _, _ := resource.Split(name, "sessions")
	event := s.log.Event(by, workspace, "session.end", name)
	event.Details["by"] = why
	return audit.Write(ctx, tx, event)
}

// holderOfKey parses the name of a key.
func holderOfKey(name string) (holder, error) {
	workspace, key, ok := resource.Split(name, "keys")
	if !ok {
		return holder{}, resource.NotFound("key")
	}
	return holder{workspace: workspace, key: key}, nil
}

// holder is the key that a code signs in with.
type holder struct{ workspace, key string }

func (h holder) name() string { return keys.Name(h.workspace, h.key) }
