package calls

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/grpc"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/attempts"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
	"github.com/keyhole-dev/keyhole/services/vault/revocation"
)

// egressStream is one call of a runner.
type egressStream = grpc.BidiStreamingServer[vaultinternalv1.EgressRequest, vaultinternalv1.EgressResponse]

// answerChunk is how much of an answer goes into one message: all that a call
// buffers on its way out.
const answerChunk = 64 << 10

// Egress makes one outbound HTTP call, streaming both ways.
func (s *InternalHandlers) Egress(stream egressStream) error {
	first, err := stream.Recv()
	if err != nil {
		return fmt.Errorf("receive head: %w", err)
	}
	head := first.GetHead()
	if head == nil {
		return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the first message must be the head")
	}
	if (len(head.GetHandles()) == 0) == (head.GetGrant() == "") {
		return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "a call needs handles, or for a plain fetch a run grant, and not both")
	}
	if len(head.GetHandles()) > 0 {
		return s.callWithHandles(stream, head)
	}
	return s.fetch(stream, head)
}

// callWithHandles makes a call with credentials. Each handle is checked alike; if one
// does not hold, nothing is sent.
func (s *InternalHandlers) callWithHandles(stream egressStream, head *vaultinternalv1.EgressHead) error {
	ctx := stream.Context()
	together, err := s.openAll(head.GetHandles())
	if err != nil {
		s.refused.WithLabelValues("handle").Inc()
		return handleInvalid(err)
	}
	ctx, done := s.running.Add(ctx, s.stillMayUse(together), subjectsOf(together)...)
	defer done()
	for _, h := range together {
		err := s.bound(h, caller.Peer(ctx), head.GetUrl())
		if err == nil {
			err = s.mayUse(ctx, h)
		}
		if err != nil {
			return s.refuseUse(ctx, "handle.refused", h, err)
		}
	}
	begun, refused, err := s.spendAll(ctx, together)
	if err != nil {
		return s.refuseUse(ctx, "handle.refused", refused, err)
	}
	outcome, err := s.use(ctx, stream, head, together)
	for _, a := range begun {
		s.finish(ctx, a, outcome)
	}
	return err
}

// use reveals the credentials and makes the call. The outcome is for the attempts'
// rows: it says what the provider answered, and never what the answer was.
func (s *InternalHandlers) use(ctx context.Context, stream egressStream, head *vaultinternalv1.EgressHead, together []*handle) (string, error) {
	slots, set, err := s.reveal(ctx, together)
	if err != nil {
		return attempts.NotSent, err
	}
	defer destroy(slots)
	h := together[0]
	d, err := egress.ParseDestination(h.Destination)
	if err != nil {
		return attempts.NotSent, refusedURL(err)
	}
	req := request(ctx, stream, head)
	w := &watched{InternalHandlers: s, egressStream: stream, handles: together, set: set}
	req.Slots, req.Guard, req.Destinations = slots, set, []egress.Destination{d}
	body, err := s.fill(ctx, h, req.Body, slots)
	if err != nil {
		return attempts.NotSent, answerError(ctx, err, h.Link != "")
	}
	defer body.Release()
	req.Body = body
	req.Remember = func(pieces []guard.Piece) (bool, error) { return w.remember(ctx, pieces) }
	req.OnReflected = func() { w.withhold(ctx) }
	onward := &redirects{service: s, handle: h}
	req.OnRedirect = func(status int, to egress.Destination) error { return onward.write(ctx, status, to) }
	status, err := forward(ctx, s.egress, w, req)
	if w.withheld() {
		return "failed answer_withheld", w.leave(stream.Context(), status)
	}
	s.logFailure(ctx, h.Run, h.Step, err)
	switch {
	case onward.problem != nil:
		return "ok", onward.problem
	case onward.followed:
		return "ok", answerError(ctx, err, h.Link != "")
	}
	return outcomeOf(ctx, status, err), answerError(ctx, err, h.Link != "")
}

// fetch makes a call without a credential, on behalf of a run.
func (s *InternalHandlers) fetch(stream egressStream, head *vaultinternalv1.EgressHead) error {
	ctx := stream.Context()
	claims, err := grant.Verify(s.verifier, head.GetGrant(), caller.Peer(ctx), s.now())
	if err != nil {
		s.refused.WithLabelValues("grant").Inc()
		return err
	}
	check := func(ctx context.Context) error {
		if err := s.runs.Alive(ctx, claims.Run); err != nil {
			return err
		}
		return s.keys.Alive(ctx, claims.ChargedKey)
	}
	ctx, done := s.running.Add(ctx, check, revocation.Run(claims.Run), revocation.Key(claims.ChargedKey))
	defer done()
	stranger := claims.Share != ""
	if err := check(ctx); err != nil {
		return answerError(ctx, err, stranger)
	}
	req, client := request(ctx, stream, head), s.egress
	if head.GetStep() == "" { // a picture's
		client = s.fetches
	}
	_, err = forward(ctx, client, stream, req)
	s.logFailure(ctx, claims.Run, head.GetStep(), err)
	return answerError(ctx, err, stranger)
}

// request is the part that the runner decides.
func request(ctx context.Context, stream egressStream, head *vaultinternalv1.EgressHead) egress.Request {
	header := make(http.Header, len(head.GetHeaders()))
	for _, h := range head.GetHeaders() {
		header.Add(h.GetName(), h.GetValue())
	}
	return egress.Request{
		Method: head.GetMethod(), URL: head.GetUrl(), Header: header, Body: &upload{ctx: ctx, stream: stream},
		MaxResponseBytes: head.GetMaxResponseBytes(), FollowRedirects: head.GetFollowRedirects(),
	}
}

// forward makes the call and passes the answer on while it comes in. gRPC's flow
// control makes a slow runner slow the provider down: nothing piles up here.
func forward(ctx context.Context, client *egress.Client, stream egressStream, req egress.Request) (int, error) {
	resp, err := client.Do(ctx, req)
	if e, ok := errors.AsType[*egress.Error](err); ok {
		return e.Status, e
	}
	defer func() { _ = resp.Body.Close() }()
	head := &vaultinternalv1.EgressResponseHead{Status: int32(resp.Status)}
	if resp.Redirect != nil {
		head.Redirect = resp.Redirect.String()
	}
	for name, values := range resp.Header {
		for _, v := range values {
			head.Headers = append(head.Headers, &vaultinternalv1.Header{Name: name, Value: v})
		}
	}
	if err := stream.Send(&vaultinternalv1.EgressResponse{Part: &vaultinternalv1.EgressResponse_Head{Head: head}}); err != nil {
		return resp.Status, err
	}
	return resp.Status, sendBody(stream, resp.Body)
}

func sendBody(stream egressStream, body io.Reader) error {
	buf := make([]byte, answerChunk)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			// gRPC may look at a message after Send: it gets a copy of its own.
			part := &vaultinternalv1.EgressResponse_Body{Body: bytes.Clone(buf[:n])}
			if err := stream.Send(&vaultinternalv1.EgressResponse{Part: part}); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// upload reads the runner's body off the stream.
type upload struct {
	ctx    context.Context //nolint:containedctx // of the one call that it is part of
	stream egressStream
	chunk  []byte
}

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	for len(u.chunk) == 0 {
		if err := context.Cause(u.ctx); err != nil {
			return 0, err
		}
		m, err := u.stream.Recv()
		if err != nil {
			return 0, err // io.EOF at half-close
		}
		if m.GetHead() != nil {
			return 0, errors.New("a second head")
		}
		u.chunk = m.GetBody()
	}
	n := copy(p, u.chunk)
	u.chunk = u.chunk[n:]
	return n, nil
}

// finish writes how an attempt ended, whether or not its caller is still there.
func (s *InternalHandlers) finish(ctx context.Context, a attempts.Attempt, outcome string) {
	class, _, _ := strings.Cut(outcome, " ")
	s.outcomes.WithLabelValues(class).Inc()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
	defer cancel()
	if err := s.attempts.End(ctx, a, sqldb.Micros(s.now()), outcome); err != nil {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the end of an attempt could not be written", slog.String("run", a.Run), slog.Any("error", err))
	}
}

func statusOutcome(status int) string {
	if status < 400 {
		return "ok"
	}
	return "failed " + strconv.Itoa(status)
}
