package sessions

import (
	"context"
	"math"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/page"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/keys"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// Handlers implements the methods for sessions on the public endpoint.
type Handlers struct {
	sessions *Sessions
	pages    *page.Tokens
	codes    *throttle.Throttle
	doors    Doors
}

// Doors are the ways in without a key, for the page that guests see.
type Doors struct {
	// SignUp says whether visitors may create workspaces.
	SignUp bool
	// IdentityProvider is the name of the identity provider; "" if there is none.
	IdentityProvider string
}

// NewHandlers returns the handlers of sessions. codes limits the wrong codes of a client.
func NewHandlers(sessions *Sessions, pages *page.Tokens, codes *throttle.Throttle, doors Doors) *Handlers {
	return &Handlers{sessions: sessions, pages: pages, codes: codes, doors: doors}
}

// CreateSession signs in, with the code of a link or with the key of the request.
func (h *Handlers) CreateSession(ctx context.Context, req *vaultv1.CreateSessionRequest) (*vaultv1.Session, error) {
	if err := leak.Text("title", req.GetTitle()); err != nil {
		return nil, err
	}
	from := caller.From(ctx)
	var (
		made  Session
		token secret.Secret
		err   error
	)
	if code := secret.FromString(req.GetCode()); !code.IsZero() {
		made, token, err = h.byCode(ctx, from, proof{code, challengeOf(req.GetVerifier())}, req.GetTitle())
	} else if req.GetVerifier() != "" {
		err = errs.InvalidArgument("a verifier belongs to the code of an approved login: send both").Field("verifier", "needs a code")
	} else {
		made, token, err = h.byKey(ctx, from, audit.CallerOf(ctx), req.GetTitle())
	}
	if err != nil {
		return nil, err
	}
	return made.Message(token), nil
}

// Message is the session for its first reply, with its token.
func (s Session) Message(token secret.Secret) *vaultv1.Session {
	m := s.message()
	m.Token = string(token.Expose())
	return m
}

func (h *Handlers) byKey(ctx context.Context, from caller.Principal, by audit.Actor, title string) (Session, secret.Secret, error) {
	if err := keyHolder(from); err != nil {
		return Session{}, secret.Secret{}, err
	}
	return h.sessions.Begin(ctx, by, Start{Key: from.Key, Title: title})
}

// byCode exchanges a code. A client has as many wrong codes as it has wrong keys.
func (h *Handlers) byCode(ctx context.Context, from caller.Principal, shown proof, title string) (made Session, token secret.Secret, err error) {
	if from.Kind != caller.Guest {
		return made, token, errs.InvalidArgument("the request has a key or a session, and a code: send one of them").Field("code", "not together with a key or a session")
	}
	made, err = throttle.Try(ctx, h.codes, from.Visitor, shown.code, func(ctx context.Context, _ secret.Secret) (began Session, err error) {
		how, err := h.sessions.howOf(ctx, shown)
		if err != nil {
			return began, err
		}
		how.Title = title
		began, token, err = h.sessions.Begin(ctx, audit.KeyOf(ctx, how.Key), how)
		return began, err
	})
	return made, token, err
}

// keyHolder refuses everyone who did not present a key.
func keyHolder(p caller.Principal) error {
	switch {
	case !p.Kind.OfWorkspace() && p.Kind != caller.Operator:
		return errs.Unauthenticated("signing in needs a key or the code of a sign-in link: send \"authorization: Bearer <key>\", or the code")
	case p.Session != "":
		return errs.PermissionDenied("a session cannot create sessions or sign-in links; use the key itself")
	}
	return nil
}

// CreateSignInLink makes a link for the caller's own key.
func (h *Handlers) CreateSignInLink(ctx context.Context, _ *vaultv1.CreateSignInLinkRequest) (*vaultv1.SignInLink, error) {
	p := caller.From(ctx)
	if err := keyHolder(p); err != nil {
		return nil, err
	}
	path, until, err := h.sessions.Link(ctx, audit.CallerOf(ctx), p.Key)
	if err != nil {
		return nil, err
	}
	return &vaultv1.SignInLink{Path: path, ExpireTime: timestamppb.New(until)}, nil
}

// ListSessions lists living sessions, newest first: those of the workspace to an owner, else the caller's own.
func (h *Handlers) ListSessions(ctx context.Context, req *vaultv1.ListSessionsRequest) (*vaultv1.ListSessionsResponse, error) {
	of, err := h.sessions.reader(ctx, caller.From(ctx), resource.WorkspaceID(req.GetParent()))
	if err != nil {
		return nil, err
	}
	rows, next, err := page.List(h.pages, req, page.Listing[Session, page.Place]{
		First:    page.Place{Time: math.MaxInt64},
		Binding:  []string{"sessions", of.workspace, of.person},
		Read:     func(before page.Place, limit int) ([]Session, error) { return h.sessions.list(ctx, of, before, limit) },
		CursorOf: func(s Session) page.Place { return page.Place{Time: s.createTime, ID: s.id} },
	})
	if err != nil {
		return nil, err
	}
	res := &vaultv1.ListSessionsResponse{NextPageToken: next}
	var by leftOf
	if of.all() {
		if by, err = h.sessions.leftBy(ctx, rows); err != nil {
			return nil, err
		}
	}
	for _, s := range rows {
		m := s.message()
		m.MadeKeys, m.MadeInvitations = left{by.keys[s.Name()], by.invitations[s.Name()]}.messages()
		res.Sessions = append(res.Sessions, m)
	}
	return res, nil
}

// DeleteSession ends a session, and revokes the keys and invitations that it made if asked to.
func (h *Handlers) DeleteSession(ctx context.Context, req *vaultv1.DeleteSessionRequest) (*vaultv1.DeleteSessionResponse, error) {
	ws, id, _ := resource.Split(req.GetName(), "sessions")
	of, err := h.sessions.reader(ctx, caller.From(ctx), ws)
	if err != nil {
		return nil, err
	}
	if req.GetRevokeKeys() && !of.all() {
		return nil, errs.PermissionDenied("only owners of the workspace can revoke its keys and invitations: ask one of them, or leave revoke_keys out")
	}
	e, there, err := h.sessions.end(ctx, audit.CallerOf(ctx), of, id, req.GetRevokeKeys())
	if err != nil {
		return nil, err
	}
	h.sessions.bus.Announce(ctx, revocation.Ended, revocation.Session(req.GetName())) // also after a repeat, whose first message may be lost
	if !there {
		return nil, resource.NotFound("session")
	}
	res := &vaultv1.DeleteSessionResponse{}
	res.MadeKeys, res.MadeInvitations = e.left.messages()
	return res, nil
}

func (l left) messages() (made []*vaultv1.Key, open []*vaultv1.Invitation) {
	for _, m := range l.keys {
		made = append(made, m.Message())
	}
	for _, m := range l.invitations {
		open = append(open, m.Message())
	}
	return made, open
}

func (s Session) message() *vaultv1.Session {
	m := &vaultv1.Session{
		Name: s.Name(), Key: s.Key(), KeyTitle: s.keyTitle, Title: s.title, CreateTime: timestamppb.New(sqldb.FromMicros(s.createTime)),
		LastUseTime: timestamppb.New(sqldb.FromMicros(s.useTime)), ExpireTime: timestamppb.New(sqldb.FromMicros(s.ExpireTime)),
	}
	if s.parent != "" {
		m.Parent = Name(s.Workspace, s.parent)
	}
	if s.person != "" {
		m.Person = keys.PersonName(s.Workspace, s.person)
	}
	return m
}
