package sessions

import (
	"context"
	"database/sql"

	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// ending is what goes with a session.
type ending struct {
	sessions []string // names: its own first, then those that it approved
	// made are the keys that it leaves behind. Only those who may revoke keys learn of them.
	made []keys.Made
}

// end deletes a session that a reader may see, and the sessions that it approved. On request it also revokes the keys
// that they made. It reports false if there is none.
func (s *Sessions) end(ctx context.Context, by audit.Actor, of reader, id string, revoke bool) (ending, bool, error) {
	var e ending
	there, err := s.log.Change(ctx, s.log.Event(by, of.workspace, "session.end", Name(of.workspace, id)), func(tx *sql.Tx) (bool, error) {
		var err error
		if e, err = s.remove(ctx, tx, by, of, id); err != nil || len(e.sessions) == 0 {
			return false, err
		}
		switch {
		case revoke:
			e.made, err = keys.RevokeMade(ctx, tx, s.log, by, e.sessions[0], sqldb.Micros(s.now()))
		case of.all():
			e.made, err = keys.MadeBy(ctx, tx, e.sessions[:1])
		}
		return true, err
	})
	// Also after an error, because the commit may have been made. The messages drop only what is cached.
	for _, name := range e.sessions {
		s.bus.Announce(ctx, revocation.Ended, revocation.Session(name))
	}
	if revoke {
		for _, m := range e.made {
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

// madeBy returns the keys that sessions of a page leave behind, by the sessions' names.
func (s *Sessions) madeBy(ctx context.Context, page []Session) (map[string][]keys.Made, error) {
	names := make([]string, len(page))
	for i, one := range page {
		names[i] = one.Name()
	}
	made, err := keys.MadeBy(ctx, s.db, names)
	if err != nil {
		return nil, err
	}
	by := map[string][]keys.Made{}
	for _, m := range made {
		by[m.Session] = append(by[m.Session], m)
	}
	return by, nil
}
