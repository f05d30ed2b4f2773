package people

import (
	"context"
	"database/sql"
	"slices"

	"google.golang.org/protobuf/types/known/emptypb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// Handlers implements the methods for people and invitations on the public endpoint.
type Handlers struct {
	people *People
	pages  *page.Tokens
	codes  *throttle.Throttle
}

// NewHandlers returns the handlers of people. codes limits the wrong codes of a client.
func NewHandlers(people *People, pages *page.Tokens, codes *throttle.Throttle) *Handlers {
	return &Handlers{people: people, pages: pages, codes: codes}
}

// ListPeople lists the people of a workspace, oldest first.
func (h *Handlers) ListPeople(ctx context.Context, req *vaultv1.ListPeopleRequest) (*vaultv1.ListPeopleResponse, error) {
	ws := resource.WorkspaceID(req.GetParent())
	rows, next, err := page.List(h.pages, req, page.Listing[person, page.Place]{
		Binding:  []string{"people", ws},
		Read:     func(after page.Place, limit int) ([]person, error) { return h.people.list(ctx, ws, after, limit) },
		CursorOf: func(p person) page.Place { return page.Place{Time: p.createTime, ID: p.id} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListPeopleResponse{NextPageToken: next}
	for _, p := range rows {
		res.People = append(res.People, p.message())
	}
	return res, nil
}

// GetPerson returns one person.
func (h *Handlers) GetPerson(ctx context.Context, req *vaultv1.GetPersonRequest) (*vaultv1.Person, error) {
	p, err := find(ctx, h.people.db, req.GetName())
	if err != nil {
		return nil, err
	}
	return p.message(), nil
}

// UpdatePerson changes a person's name or role. The keys of the person have the new rights within a
// second. The sessions end, so that an open page asks again who it shows.
func (h *Handlers) UpdatePerson(ctx context.Context, req *vaultv1.UpdatePersonRequest) (*vaultv1.Person, error) {
	to := req.GetPerson()
	mask, err := resource.Mask(req.GetUpdateMask().GetPaths(), []string{"title", "role"}, []string{"name", "email", "create_time"})
	if err != nil {
		return nil, err
	}
	if err := leak.Text("person.title", to.GetTitle()); err != nil {
		return nil, err
	}
	names := func(field string, given bool) bool { return slices.Contains(mask, field) || mask == nil && given }
	p, end, err := h.people.change(ctx, caller.From(ctx), audit.CallerOf(ctx), to.GetName(), "person.update", func(tx *sql.Tx, by keys.Key, p *person, e audit.Event) error {
		if names("title", to.GetTitle() != "") {
			if p.title = to.GetTitle(); p.title == "" {
				return resource.Invalid("person.title", "must not be empty")
			}
		}
		if names("role", to.GetRole() != vaultv1.PersonRole_PERSON_ROLE_UNSPECIFIED) {
			if err := setRole(ctx, tx, by, p, keys.Role(to.GetRole()), e); err != nil {
				return err
			}
		}
		return update(ctx, tx, *p)
	})
	if err != nil {
		return nil, err
	}
	h.people.announce(ctx, revocation.Changed, end)
	return p.message(), nil
}

func setRole(ctx context.Context, tx *sql.Tx, by keys.Key, p *person, to keys.Role, e audit.Event) error {
	switch {
	case to == keys.NoRole:
		return resource.Invalid("person.role", "must be owner, editor or viewer")
	case to == p.role:
		return nil
	case by.Person == p.id:
		return errs.PermissionDenied("you cannot change your own role; ask another owner")
	}
	if err := keepOwner(ctx, tx, *p); err != nil {
		return err
	}
	e.Details["role"], e.Details["role_before"] = roleName(to), roleName(p.role)
	p.role = to
	return nil
}

// roleName is a role in the audit log.
func roleName(r keys.Role) string {
	switch r {
	case keys.RoleOwner:
		return "owner"
	case keys.RoleEditor:
		return "editor"
	default:
		return "viewer"
	}
}

// DeletePerson removes a person. The person's keys and sessions end immediately, and so do the runs that are charged to
// the keys.
func (h *Handlers) DeletePerson(ctx context.Context, req *vaultv1.DeletePersonRequest) (*emptypb.Empty, error) {
	_, end, err := h.people.change(ctx, caller.From(ctx), audit.CallerOf(ctx), req.GetName(), "person.remove", func(tx *sql.Tx, _ keys.Key, p *person, _ audit.Event) error {
		if err := keepOwner(ctx, tx, *p); err != nil {
			return err
		}
		at := sqldb.Micros(h.people.now())
		if err := remove(ctx, tx, *p, at); err != nil {
			return err
		}
		p.role = keys.NoRole
		return keys.RevokeOf(ctx, tx, p.workspace, p.id, at)
	})
	if err != nil {
		return nil, err
	}
	h.people.announce(ctx, revocation.Ended, end)
	return &emptypb.Empty{}, nil
}
