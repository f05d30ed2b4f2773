package rpc

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/tap"
	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/conns"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Limits of clients that are no services. grpc reads a message as a whole before any code
// of ours runs, so they hold before it is known who calls: by address.
const (
	// messageWithin is how long the first message of a call may take.
	messageWithin = time.Minute
	// freeBytes of a connection are not counted, and countedBytes are taken at a time.
	freeBytes, countedBytes = 64 << 10, 1 << 20
	// callBytes are taken to be the headers and frames of a call.
	callBytes = 1 << 10
	// roomWithin is how long a connection waits until there is room for what it sends.
	roomWithin = 5 * time.Second
	// A message to a client may stand still for sendGrace, and then has to be taken at sendRate
	// bytes a second.
	sendGrace, sendRate = 10 * time.Second, 32 << 10
	// maxCalls bounds the calls of all of them.
	maxCalls = 16384
)

// strangers are all clients of a server that are no services.
type strangers struct {
	calls, bytes *fair.Pool
}

func newStrangers(cfg ServerConfig) *strangers {
	return &strangers{
		calls: fair.New(fair.Limits{What: "calls", Capacity: maxCalls, Each: int64(cfg.Connections), WholeTenant: true}),
		bytes: fair.New(fair.Limits{What: "bytes of messages", Capacity: cfg.Messages, Patience: roomWithin, Waiting: 256, WholeTenant: true}),
	}
}

// stranger is one connection of a client that is no service. It counts what comes until
// it is used: while the client has no room left, nothing more is read.
type stranger struct {
	net.Conn
	all     *strangers
	counted *conns.Conn // nil where connections are not counted
	client  fair.Client
	calls   atomic.Int64
	// came is what was received for calls in hand, granted what may be.
	came, granted atomic.Int64

	mu     sync.Mutex
	leases []*fair.Lease
}

// meet begins to count a connection. Raw is the connection below TLS.
func (s *strangers) meet(secured, raw net.Conn) *stranger {
	c := &stranger{Conn: secured, all: s}
	c.granted.Store(freeBytes)
	c.counted, _ = raw.(*conns.Conn)
	if at, err := netip.ParseAddrPort(raw.RemoteAddr().String()); err == nil {
		c.client.Tenant = fair.Address(at.Addr())
	}
	return c
}

// Read implements net.Conn. What comes while no call is in hand is not held by anybody.
func (c *stranger) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.calls.Load() > 0 && c.came.Add(int64(n)) > c.granted.Load() {
		err = c.grow()
	}
	return n, err //nolint:wrapcheck // a connection in between
}

// grow takes room for what has come. An error ends the connection.
func (c *stranger) grow() error {
	ctx, cancel := context.WithTimeout(context.Background(), giveUpAfter())
	defer cancel()
	lease, err := c.all.bytes.Acquire(ctx, countedBytes, c.client)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leases = append(c.leases, lease)
	c.granted.Add(countedBytes)
	c.shrinkLocked() // the connection or its calls may have ended during the wait
	return nil
}

// giveUpAfter returns how long a connection waits for room. Connections of one address may
// each hold a part of it and wait for the rest. A random time makes them give up one after
// the other, so that the room of the first lets the others finish.
func giveUpAfter() time.Duration { return roomWithin/2 + rand.N(roomWithin/2) } //nolint:gosec // a delay, not a secret

// used gives back the room of n bytes that are no longer held.
func (c *stranger) used(n int64) {
	if left := c.came.Add(-n); left < 0 {
		c.came.CompareAndSwap(left, 0)
	}
	c.shrink()
}

func (c *stranger) shrink() {
	if c.granted.Load() == freeBytes {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shrinkLocked()
}

// shrinkLocked releases leases that are no longer needed. c.mu is held.
func (c *stranger) shrinkLocked() {
	for len(c.leases) > 0 && c.came.Load() <= c.granted.Load()-countedBytes {
		c.leases[len(c.leases)-1].Release()
		c.leases = c.leases[:len(c.leases)-1]
		c.granted.Add(-countedBytes)
	}
}

// Close implements net.Conn.
func (c *stranger) Close() error {
	c.came.Store(0)
	c.shrink()
	return c.Conn.Close() //nolint:wrapcheck // a connection in between
}

// begin and end keep in mind whether the connection has a call in hand.
func (c *stranger) begin() {
	if c.calls.Add(1) == 1 && c.counted != nil {
		c.counted.SetBusy(true)
	}
}

func (c *stranger) end() {
	if c.calls.Add(-1) > 0 {
		return
	}
	c.came.Store(0) // what broken calls have left
	c.shrink()
	if c.counted != nil {
		c.counted.SetBusy(false)
	}
}

// strangerCall is one call of a stranger.
type strangerCall struct {
	conn   *stranger
	cancel context.CancelFunc
	timer  *time.Timer

	mu     sync.Mutex
	ended  bool
	came   int64       // bytes of the request
	answer *fair.Lease // room for the answer
}

// sizeOf is the size of a message of a stranger's. For services it is not asked.
func sizeOf(c *strangerCall, message any) int {
	if m, ok := message.(proto.Message); ok && c != nil {
		return proto.Size(m)
	}
	return 0
}

type strangerKey struct{}

// tap looks at a call before anything of its message is read. It must not wait: the
// connection's other calls wait for it.
func (s *Server) tap(ctx context.Context, info *tap.Info) (context.Context, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ctx, nil
	}
	from, ok := p.AuthInfo.(peerInfo)
	if !ok || from.stranger == nil {
		return ctx, nil // a service
	}
	if m := s.methods[info.FullMethodName]; m != nil && len(info.Header.Get(authKey)) == 0 {
		if err := m.admit("", guest("")); err != nil {
			return ctx, errs.Status(err).Err()
		}
	}
	place, ok := s.strangers.calls.TryAcquire(1, from.stranger.client)
	if !ok {
		return ctx, errs.Status(errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
			"too many calls of this address are in hand; wait for some of them to end, and try again").RetryAfter(time.Second)).Err()
	}
	c := &strangerCall{conn: from.stranger}
	c.conn.begin()
	ctx, c.cancel = context.WithCancel(context.WithValue(ctx, strangerKey{}, c))
	c.timer = time.AfterFunc(messageWithin, c.cancel)
	context.AfterFunc(ctx, func() {
		c.end()
		place.Release()
	})
	return ctx, nil
}

// strangerOf is the stranger's call that a context belongs to, or nil.
func strangerOf(ctx context.Context) *strangerCall {
	c, _ := ctx.Value(strangerKey{}).(*strangerCall)
	return c
}

// received says that a message is there. It is held until the call ends.
func (c *strangerCall) received(n int) {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came += int64(n)
}

// passed says the same of a message of a stream, which is not held.
func (c *strangerCall) passed(n int) {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.conn.used(int64(n))
}

// sending takes room for an answer, and sets the time until the client has taken it.
func (c *strangerCall) sending(ctx context.Context, n int) error {
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

// sent says that a message of a stream was taken.
func (c *strangerCall) sent() {
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

func (c *strangerCall) end() {
	c.timer.Stop()
	c.cancel()
	c.sent()
	c.mu.Lock()
	c.ended = true
	came := c.came
	c.mu.Unlock()
	c.conn.used(came + callBytes)
	c.conn.end()
}
