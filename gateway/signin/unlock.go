package signin

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

var unlockPath = regexp.MustCompile(`^([A-Za-z0-9_-]{1,100})/unlock$`)

// unlocked is the answer to a page that shows something at the gate of a link.
type unlocked struct {
	// Asks is what the gate still asks for.
	Asks []string `json:"asks"`
}

// Unlock answers POST /s/{token}/unlock: UnlockSharedWorkflow for pages. The browser keeps the pass in a
// cookie, out of reach of scripts. It reports whether the path is its own.
func (h *Handler) Unlock(w http.ResponseWriter, r *http.Request, rest string) bool {
	path := unlockPath.FindStringSubmatch(rest)
	if path == nil || r.Method != http.MethodPost {
		return false
	}
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	answer, err := h.unlock(ctx, w, r, path[1])
	if err != nil {
		reply.Error(w, err)
		return true
	}
	reply.JSON(w, http.StatusOK, answer)
	return true
}

func (h *Handler) unlock(ctx context.Context, w http.ResponseWriter, r *http.Request, token string) ([]byte, error) {
	if err := h.Callers.CheckPage(r); err != nil {
		return nil, err
	}
	if err := h.Callers.CheckPrivate(r); err != nil {
		return nil, err
	}
	var shown struct {
		Password string `json:"password"`
	}
	if err := h.decode(w, r, &shown, `send {"password": "..."}`); err != nil {
		return nil, err
	}
	proof, err := h.Callers.Proof(r)
	if err != nil {
		return nil, err
	}
	as, err := h.Callers.As(ctx, proof, h.Callers.Visitor(r))
	if err != nil {
		return nil, err
	}
	pass, err := h.Sharing.UnlockSharedWorkflow(as, &sharingv1.UnlockSharedWorkflowRequest{Token: token, Password: shown.Password})
	if err != nil {
		return nil, err
	}
	auth.SetPass(w, token, pass.GetPass(), pass.GetExpireTime().AsTime())
	return json.Marshal(unlocked{Asks: append([]string{}, pass.GetAsks()...)})
}
