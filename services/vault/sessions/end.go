package sessions

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/invitations"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// ending is what goes with a session.
type ending struct {
	sessions []string // names: its own first, then those that it approved
	// left are the keys and invitations that it leaves behind. Only those who may revoke keys learn of them.
	left left
}

// left is what a session leaves behind.
type left struct {
	keys        []keys.Made
	invitations []invitations.Made
}

// end deletes a session that a reader may see, and the sessions that it approved. On request it also revokes the keys
// and invitations that they made. It reports false if there is none.
func (s *Sessions) end(ctx context.Context, by audit.Actor, of reader, id string, revoke bool) (ending, bool, error) {
	var e ending
	there, err := s.log.Change(ctx, s.log.Event(by, of.workspace, "session.end", Name(of.workspace, id)), func(tx *sql.Tx) (bool, error) {
		var err error
		if e, err = s.remove(ctx, tx, by, of, id); err != nil || len(e.sessions) == 0 {
			return false, err
		}
		switch {
		case revoke:
			e.left, err = s.revokeMade(ctx, tx, by, e.sessions[0])
		case of.all():
			e.left, err = s.madeBy(ctx, tx, e.sessions[:1])
		}
		return true, err
	})
	// Also after an error, because the commit may have been made. The messages drop only what is cached.
	for _, name := range e.sessions {
		s.bus.Announce(ctx, revocation.Ended, revocation.Session(name))
	}
	if revoke {
		for _, m := range e.left.keys {
			s.bus.Announce(ctx, revocation.Ended, revocation.Key(m.Name()))
		}
	}
	return e, there, err
}

func (s *Sessions) remove(ctx context.Context, tx *sql.Tx, by audit.Actor, of reader, id string) (e ending, err error) {
	if e.sessions, err = remove(ctx, tx, of, id); err != nil || len(e.sessions) == 0 {
		return e, err
	}
	for _, name := range e.sessions[1:] {
		if err := s.writeEnd(ctx, tx, by, name, "the end of the session that approved it"); err != nil {
			return e, err
		}
	}
	return e, nil
}

// madeBy returns what sessions leave behind.
func (s *Sessions) madeBy(ctx context.Context, q sqldb.Queryer, names []string) (l left, err error) {
	if l.keys, err = keys.MadeBy(ctx, q, names); err != nil {
		return l, err
	}
	l.invitations, err = invitations.MadeBy(ctx, q, names, s.now())
	return l, err
}

// revokeMade revokes what a session leaves behind. Somebody may join with an invitation, or invite with a key, before
// either is reached, so it looks again until there is nothing.
func (s *Sessions) revokeMade(ctx context.Context, tx *sql.Tx, by audit.Actor, session string) (all left, err error) {
	for {
		i, err := invitations.RevokeMade(ctx, tx, s.log, by, session, s.now())
		if err != nil {
			return all, err
		}
		k, err := keys.RevokeMade(ctx, tx, s.log, by, session, sqldb.Micros(s.now()))
		if err != nil || len(i)+len(k) == 0 {
			return all, err
		}
		all.keys, all.invitations = append(all.keys, k...), append(all.invitations, i...)
	}
}

// leftOf is what the sessions of a page leave behind, by the sessions' names.
type leftOf struct {
	keys        map[string][]keys.Made
	invitations map[string][]invitations.Made
}

func (s *Sessions) leftBy(ctx context.Context, page []Session) (by leftOf, err error) {
	names := make([]string, len(page))
	for i, one := range page {
		names[i] = one.Name()
	}
	l, err := s.madeBy(ctx, s.db, names)
	by.keys, by.invitations = map[string][]keys.Made{}, map[string][]invitations.Made{}
	for _, m := range l.keys {
		by.keys[m.Session] = append(by.keys[m.Session], m)
	}
	for _, m := range l.invitations {
		by.invitations[m.Session] = append(by.invitations[m.Session], m)
	}
	return by, err
}
