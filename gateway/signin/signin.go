package signin

import (
	"context"
	"net/http"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
)

// timeout bounds a request.
const timeout = 30 * time.Second

// Handler serves sign-in and sign-out. All fields are required.
type Handler struct {
	Callers *auth.Auth
	Bodies  *intake.Reader
	Vault   vaultv1.VaultServiceClient
}

// Serve answers a POST to /app/{rest}. It reports whether the path is its own.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, rest string) bool {
	if r.Method != http.MethodPost || rest != "sign-in" && rest != "sign-out" {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	answer, err := []byte("{}"), h.Callers.CheckPage(r)
	switch {
	case err != nil:
	case rest == "sign-in":
		answer, err = h.signIn(ctx, w, r)
	default:
		h.signOut(ctx, w, r)
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
func (h *Handler) signOut(ctx context.Context, w http.ResponseWriter, r *http.Request) {
	h.end(ctx, r)
	auth.ClearCookie(w)
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
