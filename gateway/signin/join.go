package signin

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// newcomer is the request of a person who joins a workspace or creates one.
type newcomer struct {
	Code           string `json:"code"`
	WorkspaceID    string `json:"workspaceId"`
	WorkspaceTitle string `json:"workspaceTitle"`
	Title          string `json:"title"`
}

// join accepts an invitation.
func (h *Handler) join(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return h.welcome(ctx, w, r, func(as context.Context, n newcomer) (*vaultv1.SignedIn, error) {
		if !auth.WellFormed(n.Code) || n.WorkspaceID+n.WorkspaceTitle != "" {
			return nil, errs.Unauthenticated("not an invitation of this installation: copy the whole link")
		}
		return h.Vault.AcceptInvitation(as, &vaultv1.AcceptInvitationRequest{Code: n.Code, Title: n.Title, Client: product(r.UserAgent())})
	})
}

// signUp creates a workspace.
func (h *Handler) signUp(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return h.welcome(ctx, w, r, func(as context.Context, n newcomer) (*vaultv1.SignedIn, error) {
		if n.Code != "" {
			return nil, refuse("has no code")
		}
		return h.Vault.SignUp(as, &vaultv1.SignUpRequest{
			WorkspaceId: n.WorkspaceID, WorkspaceTitle: n.WorkspaceTitle, Title: n.Title, Client: product(r.UserAgent()),
		})
	})
}

// welcome creates a person and signs the browser in. The reply has the person's key, which is shown once, and not
// the token of the session.
func (h *Handler) welcome(ctx context.Context, w http.ResponseWriter, r *http.Request, enter func(context.Context, newcomer) (*vaultv1.SignedIn, error)) ([]byte, error) {
	if err := h.Callers.CheckPrivate(r); err != nil {
		return nil, err
	}
	var n newcomer
	if err := h.decode(w, r, &n, `send {"code": "...", "title": "..."} to join, or {"workspaceId": "...", "title": "..."} to sign up`); err != nil {
		return nil, err
	}
	entered, err := enter(h.Callers.GuestOf(ctx, h.Callers.Visitor(r)), n)
	if err != nil {
		return nil, err
	}
	h.end(ctx, r) // the browser forgets its old session now, so nobody should have it
	auth.SetCookie(w, entered.GetSession().GetToken())
	entered.Session.Token = ""
	return protojson.Marshal(entered)
}
