package rpc

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/tap"

	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/id"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/access"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/stranger"
	"github.com/keyhole-dev/keyhole/services/kit/throttle"
)

// calls are the interceptors of a server, and what its calls share.
type calls struct {
	cfg       ServerConfig
	validator protovalidate.Validator
	visitors  Pseudonyms
	keys      *throttle.Throttle
	methods   map[string]*access.Method
	durations callDurations
	strangers *stranger.Clients
}

// call is one RPC from its arrival to its log line.
type call struct {
	server    *calls
	name      string
	method    *access.Method
	start     time.Time
	peer      peerInfo
	requestID string
	principal caller.Principal
	cancel    context.CancelFunc
	stranger  *stranger.Call // nil for services
}

func (s *calls) call(name string) *call {
	return &call{server: s, name: name, method: s.methods[name], start: time.Now(), cancel: func() {}}
}

// begin identifies the caller, checks the access rule, and bounds the duration of the call.
func (c *call) begin(ctx context.Context, limit time.Duration) (context.Context, error) {
	address := c.transport(ctx)
	if c.peer.stranger != nil {
		c.stranger = stranger.Of(ctx)
	}
	c.requestID = requestID(ctx, c.peer.name)
	ctx = caller.WithCall(ctx, c.peer.name, c.requestID)
	if c.method == nil { // unreachable: Serve has checked every method
		return ctx, errs.PermissionDenied("this method has no access rule")
	}
	if deadline, ok := ctx.Deadline(); !ok || deadline.After(c.start.Add(limit)) {
		ctx, c.cancel = context.WithDeadline(ctx, c.start.Add(limit))
	}
	if c.method.Quiet() {
		return ctx, nil
	}
	p, err := c.server.principal(ctx, c.peer, address)
	if err != nil {
		return ctx, err
	}
	c.principal = p
	return caller.With(ctx, p), c.method.Admit(c.peer.name, p)
}

// transport reads the peer of the connection and its address.
func (c *call) transport(ctx context.Context) string {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ""
	}
	if info, ok := p.AuthInfo.(peerInfo); ok {
		c.peer = info
	}
	if c.peer.via == "pipe" || p.Addr == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(p.Addr.String())
	if err != nil {
		return ""
	}
	return host
}

// requestID keeps the request id of a peer, so that one id finds all hops. It ignores a
// client's id, which could be the id of someone else's request.
func requestID(ctx context.Context, peer string) string {
	if peer == "" {
		return id.New("req")
	}
	if ids := metadata.ValueFromIncomingContext(ctx, requestIDKey); len(ids) == 1 && wellFormedID(ids[0]) {
		return ids[0]
	}
	return id.New("req")
}

// wellFormedID takes up to 64 letters, digits and _.-
func wellFormedID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			return false
		}
	}
	return true
}

// check validates one request message.
func (c *call) check(req any) error {
	if err := validate(c.server.validator, req); err != nil {
		return err
	}
	return c.method.Own(c.principal, req)
}

// end converts the outcome into a status, and writes the log line.
func (c *call) end(ctx context.Context, err error) error {
	c.cancel()
	c.log(ctx, err)
	if err == nil {
		return nil
	}
	return errs.WithRequestID(errs.Status(err), c.requestID).Err()
}

// tap sees a call before its message is read. It must not wait, because it blocks all calls
// of the connection.
func (s *calls) tap(ctx context.Context, info *tap.Info) (context.Context, error) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return ctx, nil
	}
	from, ok := p.AuthInfo.(peerInfo)
	if !ok || from.stranger == nil {
		return ctx, nil // from a service
	}
	if m := s.methods[info.FullMethodName]; m != nil && len(info.Header.Get(authKey)) == 0 {
		if err := m.Admit("", guest("")); err != nil {
			return ctx, errs.Status(err).Err()
		}
	}
	ctx, err := from.stranger.Begin(ctx)
	if err != nil {
		return ctx, errs.Status(err).Err()
	}
	return ctx, nil
}

func (s *calls) unary(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (resp any, err error) {
	c := s.call(info.FullMethod)
	defer func() {
		if err = c.end(ctx, err); err != nil {
			resp = nil
		}
	}()
	defer errs.Recover(&err) // before end, which reports the panic
	ctx, err = c.begin(ctx, s.cfg.MaxDeadline)
	c.stranger.Received(c.stranger.SizeOf(req))
	if err != nil {
		return nil, err
	}
	if !c.method.Quiet() {
		if err := c.check(req); err != nil {
			return nil, err
		}
	}
	if resp, err = handler(ctx, req); err != nil {
		return nil, err
	}
	if err = c.stranger.Sending(ctx, c.stranger.SizeOf(resp)); err != nil {
		return nil, err
	}
	return resp, setHeader(c.named(), func(md metadata.MD) error { return grpc.SetHeader(ctx, md) })
}

// named returns the header with the request id. It is sent only with a successful answer:
// headers before an error would commit the call and prevent a retry. An error carries the
// request id in its details.
func (c *call) named() metadata.MD { return metadata.MD{requestIDKey: {c.requestID}} }

func setHeader(md metadata.MD, set func(metadata.MD) error) error {
	if err := set(md); err != nil {
		return fmt.Errorf("set header: %w", err)
	}
	return nil
}

func (s *calls) stream(srv any, ss grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
	ctx, c := ss.Context(), s.call(info.FullMethod)
	defer func() { err = c.end(ctx, err) }()
	defer errs.Recover(&err) // before end, which reports the panic
	if ctx, err = c.begin(ctx, s.cfg.MaxStreamDeadline); err != nil {
		return err
	}
	return handler(srv, &checkedStream{ServerStream: ss, ctx: ctx, call: c})
}

// checkedStream validates each incoming message.
type checkedStream struct {
	grpc.ServerStream
	ctx   context.Context //nolint:containedctx // a stream carries its context
	call  *call
	named bool
	begun sync.Once // sets the header before the first message
}

// SendMsg implements grpc.ServerStream.
func (s *checkedStream) SendMsg(m any) error {
	var err error
	s.begun.Do(func() { err = setHeader(s.call.named(), s.ServerStream.SetHeader) })
	if err != nil {
		return err
	}
	if err := s.call.stranger.Sending(s.ctx, s.call.stranger.SizeOf(m)); err != nil {
		return err
	}
	defer s.call.stranger.Sent()
	return s.ServerStream.SendMsg(m) //nolint:wrapcheck // a stream in between
}

// Context implements grpc.ServerStream.
func (s *checkedStream) Context() context.Context { return s.ctx }

// RecvMsg implements grpc.ServerStream. The first message of a client's stream
// names the resource; those that follow may not name another.
func (s *checkedStream) RecvMsg(m any) error {
	if err := s.ServerStream.RecvMsg(m); err != nil {
		return err //nolint:wrapcheck // io.EOF has a meaning
	}
	s.call.stranger.Passed(s.call.stranger.SizeOf(m))
	if s.call.method.Quiet() {
		return nil
	}
	if err := validate(s.call.server.validator, m); err != nil {
		return err
	}
	if s.named && s.call.method.Silent(m) {
		return nil
	}
	s.named = true
	return s.call.method.Own(s.call.principal, m)
}
