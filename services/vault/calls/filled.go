package calls

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

const (
	// filledBytes is what bodies that credentials are put into may take together, in
	// bytes. A workspace has at most half of it.
	filledBytes = 128 << 20
	// filledPatience is how long such a call waits for its place.
	filledPatience = 10 * time.Second
)

func newFilled() *fair.Pool {
	return fair.New(fair.Limits{What: "bodies with credentials", Capacity: filledBytes, Patience: filledPatience})
}

// filled is a request's body, and what it holds of the pool.
type filled struct {
	io.Reader
	lease *fair.Lease
}

// Release gives the place back.
func (f filled) Release() {
	if f.lease != nil {
		f.lease.Release()
	}
}

// fill puts credentials into a body that has a place for them: it is read into memory
// for that. Other bodies are streamed and cost nothing here.
func (s *InternalHandlers) fill(ctx context.Context, h *handle, body io.Reader, slots egress.Slots) (filled, error) {
	if !slots.InBody() {
		return filled{Reader: body}, nil
	}
	workspace, _, _ := strings.Cut(strings.TrimPrefix(h.ChargedKey, "workspaces/"), "/")
	lease, err := s.bodies.Acquire(ctx, egress.MaxFilled, fair.Client{Tenant: workspace, Visitor: h.ChargedKey})
	if err != nil {
		return filled{}, err
	}
	whole, err := egress.FillBody(body, slots)
	if err != nil {
		lease.Release()
		return filled{}, err
	}
	if sized, ok := whole.(interface{ Len() int }); ok {
		lease.Keep(int64(max(1, sized.Len())))
	}
	return filled{whole, lease}, nil
}
