package openid

import (
	"context"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/people"
	"github.com/keyhole-dev/keyhole/services/vault/sessions"
)

// how is the way of signing in, in the audit log.
const how = "identity provider"

// InternalHandlers implements signing in with a provider on the internal endpoint.
type InternalHandlers struct {
	client   *Client
	people   *people.People
	sessions *sessions.Sessions
	codes    *throttle.Throttle
}

// NewInternalHandlers returns the handlers. client may be nil: then there is no provider. codes limits the wrong codes of
// a visitor.
func NewInternalHandlers(client *Client, people *people.People, sessions *sessions.Sessions, codes *throttle.Throttle) *InternalHandlers {
	return &InternalHandlers{client: client, people: people, sessions: sessions, codes: codes}
}

// StartSignIn returns where the browser goes, and what it has to bring back.
func (h *InternalHandlers) StartSignIn(ctx context.Context, req *vaultinternalv1.StartSignInRequest) (*vaultinternalv1.StartSignInResponse, error) {
	c := h.client
	if c == nil {
		return nil, none()
	}
	if err := c.checkOrigin(req.GetOrigin()); err != nil {
		return nil, err
	}
	p, err := c.directory.provider(ctx)
	if err != nil {
		return nil, err
	}
	f := newFlow(req.GetNext(), c.now())
	sealed, err := c.sealer.seal(f)
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.StartSignInResponse{
		Location: c.oauth(p).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)),
		Flow:     sealed, Seconds: int64(flowLife.Seconds()),
	}, nil
}

// FinishSignIn signs in the person whom the provider has named.
func (h *InternalHandlers) FinishSignIn(ctx context.Context, req *vaultinternalv1.FinishSignInRequest) (*vaultinternalv1.FinishSignInResponse, error) {
	if h.client == nil {
		return nil, none()
	}
	if err := leak.Text("client", req.GetClient()); err != nil {
		return nil, err
	}
	f, err := h.client.sealer.open(req.GetFlow(), req.GetState(), h.client.now())
	if err != nil {
		return nil, err
	}
	who, err := h.identify(ctx, caller.From(ctx).Visitor, req, f)
	if err != nil {
		return nil, err
	}
	made, err := h.admit(ctx, who, req.GetClient())
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.FinishSignInResponse{Session: made, Next: f.Next}, nil
}

// identify checks the provider's answer and takes the code there. A client has as many wrong codes as wrong keys.
func (h *InternalHandlers) identify(ctx context.Context, visitor string, req *vaultinternalv1.FinishSignInRequest, f flow) (who identified, err error) {
	c := h.client
	p, err := c.directory.provider(ctx)
	if err != nil {
		return who, err
	}
	if from := req.GetIssuer(); from != c.settings.Issuer && (from != "" || p.metadata.NamesIssuer) {
		return who, refused("the answer came from another identity provider: start again")
	}
	if err := c.once(ctx, f); err != nil {
		return who, err
	}
	if req.GetError() != "" || req.GetCode() == "" {
		return who, declined(req.GetError())
	}
	select {
	case c.calls <- struct{}{}:
		defer func() { <-c.calls }()
	default:
		return who, errs.Unavailable("too many people sign in at the moment: try again in a minute")
	}
	return throttle.Try(ctx, h.codes, visitor, secret.FromString(req.GetCode()), func(ctx context.Context, code secret.Secret) (identified, error) {
		return c.exchange(ctx, p, string(code.Expose()), f)
	})
}

// admit gives a person who signed in the access that the rules grant, with a key and a session, or none.
func (h *InternalHandlers) admit(ctx context.Context, who identified, client string) (*vaultv1.Session, error) {
	identity := people.Identity{Issuer: h.client.settings.Issuer, Subject: who.subject}
	r, err := choose(h.client.settings.rules, who.claims)
	if err != nil {
		if expelled := h.people.Expel(ctx, identity); expelled != nil {
			return nil, expelled
		}
		return nil, err
	}
	key, err := h.people.Enter(ctx, identity, people.Place{Workspace: r.workspace, Role: r.role, Title: who.claims.title(), Email: who.claims.address()})
	if err != nil {
		return nil, err
	}
	made, token, err := h.sessions.Begin(ctx, audit.KeyOf(ctx, key), sessions.Start{Key: key, Title: client, By: how})
	if err != nil {
		return nil, err
	}
	return made.Message(token), nil
}

// ResolveSignOut returns where a session that began at the provider ends there.
func (h *InternalHandlers) ResolveSignOut(ctx context.Context, _ *vaultinternalv1.ResolveSignOutRequest) (*vaultinternalv1.ResolveSignOutResponse, error) {
	p := caller.From(ctx)
	if h.client == nil || p.Session == "" {
		return &vaultinternalv1.ResolveSignOutResponse{}, nil
	}
	from, err := h.people.Issuer(ctx, p.Key)
	if err != nil || from != h.client.settings.Issuer {
		return &vaultinternalv1.ResolveSignOutResponse{}, err
	}
	at, err := h.client.signOut(ctx)
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.ResolveSignOutResponse{Location: at}, nil
}

func none() error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SIGN_IN_REFUSED, "this server has no identity provider: sign in with a key")
}

func refused(text string) error {
	return errs.FailedPrecondition(errorsv1.Reason_REASON_SIGN_IN_REFUSED, "%s", text)
}

// declined returns the error for an answer without a code. It does not repeat the provider's text, because anyone can
// put text into a link.
func declined(code string) error {
	switch code {
	case "server_error", "temporarily_unavailable":
		return errs.Unavailable("the identity provider has a fault: try again in a minute")
	case "access_denied", "login_required", "interaction_required", "consent_required", "account_selection_required":
		return refused("you did not finish signing in at the identity provider")
	default:
		return refused("the identity provider refused the request of this server: ask the operator of this server")
	}
}
