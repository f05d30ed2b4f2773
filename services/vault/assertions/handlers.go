package assertions

import (
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// InternalHandlers implements the exchange of keys for assertions on the internal endpoint.
type InternalHandlers struct{ assertions *Assertions }

// NewInternalHandlers returns the handlers of assertions.
func NewInternalHandlers(a *Assertions) *InternalHandlers { return &InternalHandlers{assertions: a} }

// Authenticate exchanges a presented key or session for a principal assertion. Only the gateway may present a
// session: only the gateway knows whether a cookie counts.
func (h *InternalHandlers) Authenticate(ctx context.Context, req *vaultinternalv1.AuthenticateRequest) (*vaultinternalv1.AuthenticateResponse, error) {
	var (
		l   login
		err error
	)
	switch key, session := secret.FromString(req.GetKey()), secret.FromString(req.GetSession()); {
	case key.IsZero() == session.IsZero():
		err = errs.InvalidArgument("present a key or a session: one of the two").Field("key", "one of key and session")
	case session.IsZero():
		l, err = h.assertions.login(ctx, key)
	case caller.Peer(ctx) != "gateway":
		err = errs.PermissionDenied("only the gateway may present a session")
	default:
		l, err = h.assertions.session(ctx, session)
	}
	if err != nil {
		return nil, err
	}
	return &vaultinternalv1.AuthenticateResponse{Assertion: l.principal.Assertion, ExpireTime: timestamppb.New(l.until)}, nil
}
