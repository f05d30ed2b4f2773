package keys

import (
	"context"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// InternalHandlers implements the method for API keys on the internal endpoint.
type InternalHandlers struct {
	keys *Keys
	held func(ctx context.Context, workspace, key string) (bool, error)
}

// NewInternalHandlers returns the handlers of keys. held reports whether the operator has suspended a key or its
// workspace.
func NewInternalHandlers(keys *Keys, held func(ctx context.Context, workspace, key string) (bool, error)) *InternalHandlers {
	return &InternalHandlers{keys: keys, held: held}
}

// ResolveKey returns whether a key can be charged, and its budget. A key that does not exist or is suspended cannot.
func (h *InternalHandlers) ResolveKey(ctx context.Context, req *vaultinternalv1.ResolveKeyRequest) (*vaultinternalv1.ResolveKeyResponse, error) {
	k, err := h.keys.current(ctx, req.GetName())
	if err != nil {
		return nil, err
	}
	if k == nil {
		return &vaultinternalv1.ResolveKeyResponse{}, nil
	}
	held, err := h.held(ctx, resource.Segment(req.GetName(), 0), req.GetName())
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.ResolveKeyResponse{Active: !k.RevokeTime.Valid && !held, Budget: k.budget.message()}, nil
}
