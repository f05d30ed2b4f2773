package assertions

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// InternalHandlers implements the exchange of keys for assertions on the internal endpoint.
type InternalHandlers struct{ assertions *Assertions }

// NewInternalHandlers returns the handlers of assertions.
func NewInternalHandlers(a *Assertions) *InternalHandlers { return &InternalHandlers{assertions: a} }

// Authenticate exchanges a presented key for a principal assertion.
func (h *InternalHandlers) Authenticate(ctx context.Context, req *vaultinternalv1.AuthenticateRequest) (*vaultinternalv1.AuthenticateResponse, error) {
	l, err := h.assertions.login(ctx, secret.FromString(req.GetKey()))
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.AuthenticateResponse{Assertion: l.principal.Assertion, ExpireTime: timestamppb.New(l.until)}, nil
}
