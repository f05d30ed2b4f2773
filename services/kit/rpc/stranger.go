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

// Limits of clients that are not services. gRPC reads a whole message before any code of
// ours runs, so these limits apply to addresses, before the caller is known.
const (
	// messageWithin is the time in which the first message of a call must arrive.
	messageWithin = time.Minute
	// The first freeBytes of a connection are not counted. Above that, room is taken in
	// pieces of countedBytes.
	freeBytes, countedBytes = 64 << 10, 1 << 20
	// callBytes is an estimate of the headers and frames of a call.
	callBytes = 1 << 10
	// roomWithin is the longest time that a connection waits for room.
	roomWithin = 5 * time.Second
	// A client may leave a message untouched for sendGrace. After that it must take
	// sendRate bytes per second.
	sendGrace, sendRate = 10 * time.Second, 32 << 10
	// maxCalls bounds the calls of all these clients together.
	maxCalls = 16384
)

// strangers are the clients of a server that are not services.
type strangers struct {
	calls, bytes *fair.Pool
}

func newStrangers(cfg ServerConfig) *strangers {
	return &strangers{
		calls: fair.New(fair.Limits{What: "calls", Capacity: maxCalls, Each: int64(cfg.Connections), WholeTenant: true}),
		bytes: fair.New(fair.Limits{What: "bytes of messages", Capacity: cfg.Messages, WaitTimeout: roomWithin, Waiting: 256, WholeTenant: true}),
	}
}

// stranger is one connection of such a client. It counts received bytes until they are
// used. While the client has no room left, Read blocks, and so nothing more is received.
type stranger struct {
	net.Conn
	all     *strangers
	counted *conns.Conn // nil if connections are not counted
	client  fair.Client
	calls   atomic.Int64
	// came is the number of bytes received for calls in progress. granted is the number
	// that may be received. Both are atomic because every read compares them.
	came, granted atomic.Int64

	// mu guards leases, and makes them and granted change together. Nobody waits for room under
	// it: the calls that give room back need it.
	mu     sync.Mutex
	leases []*fair.Lease
}

// meet starts to count a connection. raw is the connection below TLS.
func (s *strangers) meet(secured, raw net.Conn) *stranger {
	c := &stranger{Conn: secured, all: s}
	c.granted.Store(freeBytes)
	c.counted, _ = raw.(*conns.Conn)
	if at, err := netip.ParseAddrPort(raw.RemoteAddr().String()); err == nil {
		c.client.Tenant = fair.Address(at.Addr())
	}
	return c
}

// Read implements net.Conn. Bytes that arrive while no call is in progress are not kept by
// gRPC, so they are not counted.
func (c *stranger) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == nil && c.calls.Load() > 0 && c.came.Add(int64(n)) > c.granted.Load() {
		err = c.grow()
	}
	return n, err //nolint:wrapcheck // adapter
}

// grow takes room for the bytes that have arrived. Its error ends the connection.
func (c *stranger) grow() error {
	// The room is for all calls of the connection, so the wait belongs to none of them.
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

// used frees the room of n bytes that are no longer held.
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

// begin and end track whether the connection has a call in progress.
func (c *stranger) begin() {
	if c.calls.Add(1) == 1 && c.counted != nil {
		c.counted.SetBusy(true)
	}
}

func (c *stranger) end() {
	if c.calls.Add(-1) > 0 {
		return
	}
	c.came.Store(0) // broken calls leave bytes that nobody accounts for
	c.shrink()
	if c.counted != nil {
		c.counted.SetBusy(false)
	}
}

// strangerCall is one call of such a client.
type strangerCall struct {
	conn   *stranger
	cancel context.CancelFunc
	timer  *time.Timer

	// mu guards the fields below: the call may end while its handler sends.
	mu     sync.Mutex
	ended  bool
	came   int64       // bytes of the request
	answer *fair.Lease // room for the answer
}

// sizeOf returns the size of a message, or 0 for a service's call, because encoding costs
// time.
func sizeOf(c *strangerCall, message any) int {
	if m, ok := message.(proto.Message); ok && c != nil {
		return proto.Size(m)
	}
	return 0
}

type strangerKey struct{}

// tap sees a call before its message is read. It must not wait, because it blocks all calls
// of the connection.
func (s *Server) tap(ctx context.Context, info *tap.Info) (context.Context, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ctx, nil
	}
	from, ok := p.AuthInfo.(peerInfo)
	if !ok || from.stranger == nil {
		return ctx, nil // from a service
	}
	if m := s.methods[info.FullMethodName]; m != nil && len(info.Header.Get(authKey)) == 0 {
		if err := m.admit("", guest("")); err != nil {
			return ctx, errs.Status(err).Err()
		}
	}
	place, ok := s.strangers.calls.TryAcquire(1, from.stranger.client)
	if !ok {
		return ctx, errs.Status(errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED,
			"too many calls from this address are in progress; wait until some have ended, then retry").RetryAfter(time.Second)).Err()
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

// strangerOf returns the call that a context belongs to, or nil for a service's call.
func strangerOf(ctx context.Context) *strangerCall {
	c, _ := ctx.Value(strangerKey{}).(*strangerCall)
	return c
}

// received records that a unary request has arrived. Its bytes are held until the call
// ends.
func (c *strangerCall) received(n int) {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came += int64(n)
}

// passed records that a message of a stream has arrived. The handler does not keep it, so
// its room is freed.
func (c *strangerCall) passed(n int) {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.conn.used(int64(n))
}

// sending takes room for an answer, and sets the time in which the client must take it.
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

// sent records that the client took a message of a stream.
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
