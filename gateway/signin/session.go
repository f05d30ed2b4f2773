package signin

import (
	"context"
	"encoding/json"
	"net/http"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

func (h *Handler) signIn(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if err := h.Callers.CheckPrivate(r); err != nil {
		return nil, err
	}
	shown, err := h.read(w, r)
	if err != nil {
		return nil, err
	}
	as, err := h.Callers.As(ctx, auth.Key(shown.Key), h.Callers.Visitor(r))
	if err != nil {
		return nil, err
	}
	session, err := h.Vault.CreateSession(as, &vaultv1.CreateSessionRequest{Code: shown.Code, Title: product(r.UserAgent())})
	if err != nil {
		return nil, err
	}
	h.end(ctx, r) // the browser forgets its old session now, so nobody should have it
	auth.SetCookie(w, session.GetToken())
	session.Token = ""
	return protojson.Marshal(session)
}

// signOut ends the session of the cookie. The browser forgets the cookie in any case.
// The reply says where the browser signs out too, if the session began at the identity provider.
func (h *Handler) signOut(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	at := h.signOutAt(ctx, r)
	h.end(ctx, r)
	auth.ClearCookie(w)
	return json.Marshal(location{at})
}

// end ends the session in a request's cookie, if there is one that lives.
func (h *Handler) end(ctx context.Context, r *http.Request) {
	as, err := h.Callers.As(ctx, auth.Cookie(r), h.Callers.Visitor(r))
	if err != nil {
		return
	}
	if session := caller.From(as).Session; session != "" {
		_, _ = h.Vault.DeleteSession(as, &vaultv1.DeleteSessionRequest{Name: session})
	}
}

// location is an answer that tells the page where to go.
type location struct {
	Location string `json:"location"`
}

// signOutAt is where the browser signs out at the identity provider; "" if the session did not begin there. A provider
// that cannot be reached does not keep anybody from signing out here.
func (h *Handler) signOutAt(ctx context.Context, r *http.Request) string {
	as, err := h.Callers.As(ctx, auth.Cookie(r), h.Callers.Visitor(r))
	if err != nil {
		return ""
	}
	out, err := h.Internal.ResolveSignOut(as, &vaultinternalv1.ResolveSignOutRequest{})
	if err != nil {
		return ""
	}
	return out.GetLocation()
}
