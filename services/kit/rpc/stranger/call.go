package stranger

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

const (
	// messageWithin is the time in which the first message of a call must arrive.
	messageWithin = time.Minute
	// callBytes is an estimate of the headers and frames of a call.
	callBytes = 1 << 10
	// A client may leave a message untouched for sendGrace. After that it must take
	// sendRate bytes per second.
	sendGrace, sendRate = 10 * time.Second, 32 << 10
)

// Call is one call of such a client. Nil is a service's call, which has no limits.
type Call struct {
	conn   *Conn
	cancel context.CancelFunc
	timer  *time.Timer

	// mu guards the fields below: the call may end while its handler sends.
	mu     sync.Mutex
	ended  bool
	came   int64       // bytes of the request
	answer *fair.Lease // room for the answer
}

// SizeOf returns the size of a message, or 0 for a service's call, because encoding costs
// time.
func (c *Call) SizeOf(message any) int {
	if m, ok := message.(proto.Message); ok && c != nil {
		return proto.Size(m)
	}
	return 0
}

type callKey struct{}

// Begin starts a call of the connection, before its message is read. The call ends with the
// context that Begin returns.
func (c *Conn) Begin(ctx context.Context) (context.Context, error) {
	place, ok := c.all.calls.TryAcquire(1, c.client)
	if !ok {
		return ctx, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
			"too many calls from this address are in progress; wait until some have finished, then retry").RetryAfter(time.Second)
	}
	made := &Call{conn: c}
	c.callBegan()
	ctx, made.cancel = context.WithCancel(context.WithValue(ctx, callKey{}, made))
	made.timer = time.AfterFunc(messageWithin, made.cancel)
	context.AfterFunc(ctx, func() {
		made.end()
		place.Release()
	})
	return ctx, nil
}

// Of returns the call that a context belongs to, or nil for a service's call.
func Of(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	return c
}

// Received records that a unary request has arrived. Its bytes are held until the call
// ends.
func (c *Call) Received(n int) {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came += int64(n)
}

// Passed records that a message of a stream has arrived. The handler does not keep it, so
// its room is freed.
func (c *Call) Passed(n int) {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.conn.used(int64(n))
}

// Sending takes room for an answer, and sets the time in which the client must take it.
func (c *Call) Sending(ctx context.Context, n int) error {
	if c == nil {
		return nil
	}
	c.timer.Reset(sendGrace + time.Duration(n)*time.Second/sendRate)
	if n <= freeBytes {
		return nil
	}
	lease, err := c.conn.all.bytes.Acquire(ctx, min(int64(n), c.conn.all.bytes.Most()), c.conn.client)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		lease.Release()
		return nil
	}
	c.answer = lease
	return nil
}

// Sent records that the client took a message of a stream.
func (c *Call) Sent() {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answer != nil {
		c.answer.Release()
		c.answer = nil
	}
}

func (c *Call) end() {
	c.timer.Stop()
	c.cancel()
	c.Sent()
	c.mu.Lock()
	c.ended = true
	came := c.came
	c.mu.Unlock()
	c.conn.used(came + callBytes)
	c.conn.callEnded()
}
