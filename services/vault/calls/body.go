package calls

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/fill"
)

const (
	// bodyPoolBytes bounds all bodies together that hold a credential, in bytes. One workspace has at most half.
	bodyPoolBytes = 128 << 20
	// bodyPoolTimeout bounds the wait of a call for room in the pool.
	bodyPoolTimeout = 10 * time.Second
)

func newBodyPool() *fair.Pool {
	return fair.New(fair.Limits{What: "bodies with credentials", Capacity: bodyPoolBytes, WaitTimeout: bodyPoolTimeout})
}

// filledBody is the body of a request and the room that it takes of the pool.
type filledBody struct {
	io.Reader
	lease *fair.Lease
}

// Release gives the room back.
func (f filledBody) Release() {
	if f.lease != nil {
		f.lease.Release()
	}
}

// fillBody writes credentials into a body that has a place for them, which takes the whole body in memory. Any
// other body is streamed and holds no memory.
func (s *InternalHandlers) fillBody(ctx context.Context, h *handle, body io.Reader, slots egress.Slots) (filledBody, error) {
	if !slots.NeedBody() {
		return filledBody{Reader: body}, nil
	}
	workspace, _, _ := strings.Cut(strings.TrimPrefix(h.ChargedKey, "workspaces/"), "/")
	lease, err := s.bodies.Acquire(ctx, fill.MaxBody, fair.Client{Tenant: workspace, Visitor: h.ChargedKey})
	if err != nil {
		return filledBody{}, err
	}
	whole, err := fill.Body(body, slots)
	if err != nil {
		lease.Release()
		return filledBody{}, err
	}
	if sized, ok := whole.(interface{ Len() int }); ok {
		lease.Keep(int64(max(1, sized.Len())))
	}
	return filledBody{whole, lease}, nil
}
