package assertions

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Handlers serves the exchange of keys for assertions.
type Handlers struct{ assertions *Assertions }

// NewHandlers returns the handlers of assertions.
func NewHandlers(a *Assertions) *Handlers {
	return &Handlers{assertions: a}
}

// Authenticate exchanges a presented key for a principal assertion.
func (h *Handlers) Authenticate(ctx context.Context, req *vaultinternalv1.AuthenticateRequest) (*vaultinternalv1.AuthenticateResponse, error) {
	l, err := h.assertions.login(ctx, secret.FromString(req.GetKey()))
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.AuthenticateResponse{Assertion: l.principal.Assertion, ExpireTime: timestamppb.New(l.until)}, nil
}
