package outgo

import (
	"net/http"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Limits of a gateway.
type Limits struct {
	// Answers is the memory for all large answers that are being sent, in bytes. One
	// address gets at most half of it.
	Answers int64
	// Requests bounds the requests in progress of one address.
	Requests int
}

// maxRequests bounds the requests in progress of all addresses together.
const maxRequests = 16384

// leftover bounds the time to read the rest of a body that no handler has read, because the
// server reads it before the next request.
const leftover = time.Second

// Limiter bounds what each address uses.
type Limiter struct {
	requests, answers *fair.Pool
	address           func(*http.Request) string
	grace             time.Duration
}

// New returns a Limiter. address returns the address of a request, which the client must not
// be able to choose.
func New(limits Limits, address func(*http.Request) string) *Limiter {
	return &Limiter{
		requests: fair.New(fair.Limits{What: "requests", Capacity: maxRequests, Each: int64(limits.Requests), WholeTenant: true}),
		answers:  fair.New(fair.Limits{What: "bytes of answers", Capacity: limits.Answers, WaitTimeout: memoryWait, Waiting: 256, WholeTenant: true}),
		address:  address, grace: usualGrace,
	}
}

// Bound serves requests within the bounds of their address.
func (l *Limiter) Bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := fair.Client{Tenant: l.address(r)}
		out := &writer{ResponseWriter: w, answers: l.answers, client: client, ctx: r.Context(), grace: l.grace}
		lease, ok := l.requests.TryAcquire(1, client)
		if !ok {
			reply.Error(out, tooMany())
			return
		}
		defer lease.Release()
		if r.ContentLength != 0 {
			defer func() { _ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(leftover)) }()
		}
		next.ServeHTTP(out, r)
	})
}

func tooMany() error {
	return errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
		"too many requests from this address are in progress; wait until some have finished, then retry").RetryAfter(time.Second)
}
