package roboflow

import (
	"context"
	"net/http"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// receive reads the body as the holder of the key outside of the body, or as a guest.
func (h *Handler) receive(ctx context.Context, w http.ResponseWriter, r *http.Request, to target) (*intake.Body, error) {
	key, err := keyOf(r, &request{})
	if err != nil {
		return nil, err
	}
	if ctx, err = h.Callers.As(ctx, auth.Key(key), h.Callers.Visitor(r)); err != nil {
		return nil, err
	}
	return h.Bodies.Read(w, r, h.sender(ctx, r, to))
}

// sender charges the caller for the body. A guest's head may hold a key; its holder is
// then charged for the rest.
func (h *Handler) sender(ctx context.Context, r *http.Request, to target) intake.Sender {
	client := fair.ClientOf(caller.From(ctx))
	return intake.Sender{Client: client, Admit: func(_ context.Context, head []byte) (fair.Client, error) {
		ctx, client := ctx, client
		if key, ok := keyIn(head); ok && caller.From(ctx).Kind == caller.Guest {
			var err error
			if ctx, err = h.Callers.As(ctx, auth.Key(key), h.Callers.Visitor(r)); err != nil {
				return client, err
			}
			client = fair.ClientOf(caller.From(ctx))
		}
		switch {
		case to.token != "":
			return client, h.Gate.Link(ctx, to.token)
		case to.workspace != "" && caller.From(ctx).Kind != caller.Guest:
			return client, h.Gate.Workflow(ctx, caller.From(ctx), to.name())
		case to == (target{}) && caller.From(ctx).Kind == caller.Guest:
			return client, errs.Unauthenticated("a body of more than %d KiB needs a key: send it as api_key, or as Authorization: Bearer <key>", intake.HeadBytes>>10)
		}
		return client, nil
	}}
}
