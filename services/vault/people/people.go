package people

import (
	"context"
	"database/sql"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/invitations"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// Deps are what New needs. All are required, except SignUp.
type Deps struct {
	DB         *sqldb.DB
	Workspaces *workspaces.Store
	Sessions   *sessions.Sessions
	Log        *audit.Log
	Bus        *revocation.Bus
	Now        func() time.Time
	// SignUp is the budget of the first key of a workspace that a visitor creates; nil if visitors may not.
	SignUp *vaultv1.Budget
}

// People are the people and invitations of all workspaces.
type People struct {
	db         *sqldb.DB
	workspaces *workspaces.Store
	sessions   *sessions.Sessions
	log        *audit.Log
	bus        *revocation.Bus
	now        func() time.Time
	signUp     *vaultv1.Budget
}

// New returns the people of a database.
func New(d Deps) *People {
	return &People{db: d.DB, workspaces: d.Workspaces, sessions: d.Sessions, log: d.Log, bus: d.Bus, now: d.Now, signUp: d.SignUp}
}

// ended are the rights that end with a change of a person.
type ended struct{ keys, sessions []string }

// change changes a person on the authority of an owner, with its event. The lock makes changes of a workspace follow
// one another: two owners who remove each other at the same time must not both succeed.
func (s *People) change(ctx context.Context, who caller.Principal, by audit.Actor, name, action string, fn func(tx *sql.Tx, by keys.Key, p *person, e audit.Event) error) (person, ended, error) {
	var (
		p   person
		end ended
	)
	e := s.log.Event(by, who.Workspace, action, name)
	_, err := s.log.Change(ctx, e, func(tx *sql.Tx) (bool, error) {
		if err := workspaces.Lock(ctx, tx, who.Workspace); err != nil {
			return false, err
		}
		owner, err := keys.Owner(ctx, tx, who)
		if err != nil {
			return false, err
		}
		if p, err = find(ctx, tx, name); err != nil {
			return false, err
		}
		if end.keys, err = keys.OfPerson(ctx, tx, p.workspace, p.id); err != nil {
			return false, err
		}
		role := p.role
		if err := fn(tx, owner, &p, e); err != nil || p.role == role {
			return true, err
		}
		if end.sessions, err = sessions.EndOf(ctx, tx, p.workspace, p.id); err != nil {
			return false, err
		}
		return true, invitations.Withdraw(ctx, tx, p.workspace, p.id)
	})
	return p, end, err
}

// keepOwner refuses to take the last owner from a workspace.
func keepOwner(ctx context.Context, tx *sql.Tx, p person) error {
	if p.role != keys.RoleOwner {
		return nil
	}
	n, err := otherOwners(ctx, tx, p)
	if err != nil || n > 0 {
		return err
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_LAST_OWNER, "%s is the last owner of the workspace; make somebody else an owner first", p.name())
}

// announce tells all replicas that rights have changed or ended.
func (s *People) announce(ctx context.Context, verb revocation.Verb, end ended) {
	for _, k := range end.keys {
		s.bus.Announce(ctx, verb, revocation.Key(k))
	}
	for _, session := range end.sessions {
		s.bus.Announce(ctx, revocation.Ended, revocation.Session(session))
	}
}
