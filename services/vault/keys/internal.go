package keys

import (
	"context"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// InternalHandlers implements the method for API keys on the internal endpoint.
type InternalHandlers struct{ keys *Keys }

// NewInternalHandlers returns the handlers of keys.
func NewInternalHandlers(keys *Keys) *InternalHandlers { return &InternalHandlers{keys: keys} }

// ResolveKey returns whether a key is active, and its budget. A key that does not exist is not active.
func (h *InternalHandlers) ResolveKey(ctx context.Context, req *vaultinternalv1.ResolveKeyRequest) (*vaultinternalv1.ResolveKeyResponse, error) {
	k, err := h.keys.current(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if k == nil {
		return &vaultinternalv1.ResolveKeyResponse{}, nil
	}
	return &vaultinternalv1.ResolveKeyResponse{Active: !k.RevokeTime.Valid, Budget: k.budget.message()}, nil
}
