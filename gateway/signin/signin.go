package signin

import (
	"context"
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// timeout bounds a request.
const timeout = 30 * time.Second

// Handler serves sign-in and sign-out, invitations, sign-up, the identity provider and the gates of links. All fields are required.
type Handler struct {
	Callers *auth.Auth
	Bodies  *intake.Reader
	Vault   vaultv1.VaultServiceClient
	// Sharing opens the gates of links.
	Sharing sharingv1.SharingServiceClient
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
