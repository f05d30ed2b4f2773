package people

import (
	"context"
	"database/sql"
	"errors"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/invitations"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// byProvider is the reason in the audit log for a change that the identity provider caused.
const byProvider = "identity provider"

// Place is what a rule of the operator gives an identity.
type Place struct {
	Workspace    string
	Role         keys.Role
	Title, Email string // for a new person
}

// entry is a change of what an identity has, in one transaction.
type entry struct {
	*People
	tx       *sql.Tx
	identity Identity
	at       int64
	ended    ended // keys and sessions that stop working
	changed  ended // keys whose role is another
}

// Enter returns the key of an identity in its place. It creates the person and the key at the first time. It ends the
// access that the identity had elsewhere, and changes the role to that of the rule.
func (s *People) Enter(ctx context.Context, i Identity, to Place) (key string, err error) {
	if _, err := s.workspaces.Get(ctx, to.Workspace); errors.Is(err, sqldb.ErrNoRow) {
		return "", errs.FailedPrecondition(errorsv1.Reason_REASON_SIGN_IN_NO_ACCESS, "the workspace %s does not exist yet: ask the operator of this server", to.Workspace)
	} else if err != nil {
		return "", err
	}
	var removed bool
	err = s.enter(ctx, i, func(e *entry, has []linked) error {
		key, removed = "", false
		for _, l := range has {
			if l.workspace != to.Workspace {
				if err := e.leave(ctx, l); err != nil {
					return err
				}
				continue
			}
			p, err := find(ctx, e.tx, l.personName())
			if removed = errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND; removed {
				continue
			}
			if err != nil {
				return err
			}
			if key, err = e.stay(ctx, l, p, to); err != nil {
				return err
			}
		}
		if key != "" || removed {
			return nil
		}
		key, err = e.join(ctx, to)
		return err
	})
	if err == nil && removed {
		err = removedByOwner(to.Workspace)
	}
	return key, err
}

// Expel ends all access of an identity, because no rule gives it any more. It does not matter whether the person is the
// last owner: the operator's rules decide.
func (s *People) Expel(ctx context.Context, i Identity) error {
	return s.enter(ctx, i, func(e *entry, has []linked) error {
		for _, l := range has {
			if err := e.leave(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

// enter runs a change and announces what ended. Changes of identities follow one another: a person who signs in twice
// at the same time is one person.
func (s *People) enter(ctx context.Context, i Identity, fn func(*entry, []linked) error) error {
	var e entry
	err := s.db.Tx(ctx, func(tx *sql.Tx) error {
		e = entry{People: s, tx: tx, identity: i, at: sqldb.Micros(s.now())}
		if err := workspaces.Lock(ctx, tx, workspaces.Operator); err != nil {
			return err
		}
		has, err := i.links(ctx, tx)
		if err != nil {
			return err
		}
		return fn(&e, has)
	})
	if err != nil {
		return err
	}
	s.announce(ctx, revocation.Changed, e.changed)
	s.announce(ctx, revocation.Ended, e.ended)
	return nil
}

// join creates the person and the key. Nobody gets the text of the key: the person signs in with the provider.
func (e *entry) join(ctx context.Context, to Place) (string, error) {
	if err := room(ctx, e.tx, to.Workspace); err != nil {
		return "", err
	}
	p := person{workspace: to.Workspace, id: id.New("per"), title: to.Title, email: to.Email, role: to.Role, createTime: e.at}
	if err := insert(ctx, e.tx, p); err != nil {
		return "", err
	}
	key, err := e.newKey(ctx, p)
	if err != nil {
		return "", err
	}
	return key, e.write(ctx, key, "person.create", p, "role", roleName(p.role))
}

// newKey makes the key that pays for the runs of the person's sessions.
func (e *entry) newKey(ctx context.Context, p person) (string, error) {
	k, _ := keys.NewOf(p.workspace, p.id, p.role, nil, e.at)
	if err := keys.Insert(ctx, e.tx, k); err != nil {
		return "", err
	}
	_, kid, _ := resource.Split(k.Name(), "keys")
	if err := e.identity.link(ctx, e.tx, linked{workspace: p.workspace, person: p.id, key: kid}, e.at); err != nil {
		return "", err
	}
	event := e.log.Event(audit.KeyOf(ctx, k.Name()), p.workspace, "key.create", k.Name())
	event.Details["by"] = byProvider
	return k.Name(), audit.Write(ctx, e.tx, event)
}

// stay handles a person who signs in again: they keep their key, unless it was revoked meanwhile, and get the role of
// the rule.
func (e *entry) stay(ctx context.Context, l linked, p person, to Place) (string, error) {
	key := keys.Name(l.workspace, l.key)
	k, err := keys.Find(ctx, e.tx, key)
	if err != nil {
		return "", err
	}
	if k.RevokeTime.Valid {
		if key, err = e.newKey(ctx, p); err != nil {
			return "", err
		}
	}
	if p.role == to.Role {
		return key, nil
	}
	before := p.role
	p.role = to.Role
	if err := update(ctx, e.tx, p); err != nil {
		return "", err
	}
	if e.changed.keys, err = keys.OfPerson(ctx, e.tx, p.workspace, p.id); err != nil {
		return "", err
	}
	if e.ended.sessions, err = sessions.EndOf(ctx, e.tx, p.workspace, p.id); err != nil {
		return "", err
	}
	if err := invitations.Withdraw(ctx, e.tx, p.workspace, p.id); err != nil {
		return "", err
	}
	return key, e.write(ctx, key, "person.update", p, "role", roleName(p.role), "role_before", roleName(before))
}

// leave ends what an identity has in a workspace. A person whom an owner removed stays removed.
func (e *entry) leave(ctx context.Context, l linked) error {
	p, err := find(ctx, e.tx, l.personName())
	if errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND {
		return nil
	}
	if err != nil {
		return err
	}
	ofPerson, err := keys.OfPerson(ctx, e.tx, p.workspace, p.id)
	if err != nil {
		return err
	}
	open, err := sessions.EndOf(ctx, e.tx, p.workspace, p.id)
	if err != nil {
		return err
	}
	e.ended.keys, e.ended.sessions = append(e.ended.keys, ofPerson...), append(e.ended.sessions, open...)
	for _, step := range []func() error{
		func() error { return remove(ctx, e.tx, p, e.at) },
		func() error { return keys.RevokeOf(ctx, e.tx, p.workspace, p.id, e.at) },
		func() error { return invitations.Withdraw(ctx, e.tx, p.workspace, p.id) },
		func() error { return e.identity.unlink(ctx, e.tx, p.workspace) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return e.write(ctx, keys.Name(l.workspace, l.key), "person.remove", p)
}

// write writes an event about a person, with details as pairs.
func (e *entry) write(ctx context.Context, key, action string, p person, details ...string) error {
	event := e.log.Event(audit.KeyOf(ctx, key), p.workspace, action, p.name())
	event.Details["by"] = byProvider
	for i := 0; i+1 < len(details); i += 2 {
		event.Details[details[i]] = details[i+1]
	}
	return audit.Write(ctx, e.tx, event)
}
