package signin

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// timeout bounds a request.
const timeout = 30 * time.Second

// Handler serves sign-in and sign-out, invitations, sign-up and the identity provider. All fields are required.
type Handler struct {
	Callers *auth.Auth
	Bodies  *intake.Reader
	Vault   vaultv1.VaultServiceClient
	// Internal signs in with the identity provider.
	Internal vaultinternalv1.VaultInternalServiceClient
}

// action answers a request that passed the checks of Serve.
type action func(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error)

// actions are what a browser does at /app/{name}.
func (h *Handler) actions() map[string]action {
	return map[string]action{"sign-in": h.signIn, "sign-out": h.signOut, "join": h.join, "sign-up": h.signUp, "openid": h.startOpenID}
}

// Serve answers a POST to /app/{rest}, and the identity provider's answer. It reports whether the path is its own.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, rest string) bool {
	if rest == callback {
		h.finishOpenID(w, r)
		return true
	}
	act := h.actions()[rest]
	if r.Method != http.MethodPost || act == nil {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	err := h.Callers.CheckPage(r)
	var answer []byte
	if err == nil {
		answer, err = act(ctx, w, r)
	}
	if err != nil {
		reply.Error(w, err)
		return true
	}
	reply.JSON(w, http.StatusOK, answer)
	return true
}

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
