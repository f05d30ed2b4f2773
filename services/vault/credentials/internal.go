package credentials

import (
	"context"
	"crypto/rand"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/workspaces"
)

// idTries bounds the ids that StoreLiteral tries.
const idTries = 8

// InternalHandlers implements the methods for credentials on the internal endpoint.
type InternalHandlers struct{ all *Credentials }

// NewInternalHandlers returns the handlers of credentials.
func NewInternalHandlers(all *Credentials) *InternalHandlers { return &InternalHandlers{all: all} }

// ResolveCredentials returns the credentials of a workspace that exist, without their values.
func (h *InternalHandlers) ResolveCredentials(ctx context.Context, req *vaultinternalv1.ResolveCredentialsRequest) (*vaultinternalv1.ResolveCredentialsResponse, error) {
	res := &vaultinternalv1.ResolveCredentialsResponse{}
	for _, id := range req.GetIds() {
		c, err := h.all.Current(ctx, Name(req.GetWorkspace(), id))
		if err != nil {
			return nil, err
		}
		if c != nil {
			res.Credentials = append(res.Credentials, c.message())
		}
	}
	return res, nil
}

// StoreLiteral stores a literal secret of a definition as a new credential. If a credential with the same value,
// destinations and slot exists, it returns that one: saving a definition twice must not store the secret twice.
func (h *InternalHandlers) StoreLiteral(ctx context.Context, req *vaultinternalv1.StoreLiteralRequest) (*vaultinternalv1.StoreLiteralResponse, error) {
	if err := workspaces.CheckOwner(caller.From(ctx), req.GetWorkspace()); err != nil {
		return nil, err
	}
	hint := idFrom(req.GetIdHint())
	c, value, err := h.all.newCredential(req.GetWorkspace(), hint, req.GetCredential())
	defer value.Destroy()
	if err != nil {
		return nil, err
	}
	known, err := h.all.same(ctx, c)
	if err != nil {
		return nil, err
	}
	if known != "" {
		return &vaultinternalv1.StoreLiteralResponse{Id: known}, nil
	}
	for range idTries {
		err = h.all.storeCredential(ctx, audit.CallerOf(ctx), c, value)
		if errs.ReasonOf(err) != errorsv1.Reason_REASON_ALREADY_EXISTS {
			break
		}
		c.ID = hint + "-" + strings.ToLower(rand.Text()[:6])
	}
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.StoreLiteralResponse{Id: c.ID}, nil
}

// idFrom makes a valid credential id from a suggestion, with room for a suffix.
func idFrom(hint string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(hint) {
		if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || ((r == '-' || r == '_') && b.Len() > 0) {
			b.WriteRune(r)
		} else if b.Len() > 0 {
			b.WriteByte('_')
		}
		if b.Len() == 50 {
			break
		}
	}
	if b.Len() == 0 {
		return "secret"
	}
	return b.String()
}
