package calls

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"

	"google.golang.org/grpc"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
)

// egressStream is one call of a runner.
type egressStream = grpc.BidiStreamingServer[vaultinternalv1.EgressRequest, vaultinternalv1.EgressResponse]

// answerChunk bounds the bytes of an answer in one message. A call buffers no more on its way out. The buffer begins
// with firstChunk, because most answers are small, and grows when a read fills it.
const (
	answerChunk = 64 << 10
	firstChunk  = 4 << 10
)

// requestOf is the part of a request that the runner decides.
func requestOf(ctx context.Context, stream egressStream, head *vaultinternalv1.EgressHead) egress.Request {
	header := make(http.Header, len(head.GetHeaders()))
	for _, h := range head.GetHeaders() {
		header.Add(h.GetName(), h.GetValue())
	}
	return egress.Request{
		Method: head.GetMethod(), URL: head.GetUrl(), Header: header, Body: &upload{ctx: ctx, stream: stream},
		MaxResponseBytes: head.GetMaxResponseBytes(), FollowRedirects: head.GetFollowRedirects(),
	}
}

// client makes calls of one protocol: egress.Client those of HTTP, mail.Client those of SMTP.
type client interface {
	Do(ctx context.Context, req egress.Request) (*egress.Response, error)
}

// forward makes the call and passes the answer on while it arrives. The flow control of gRPC makes a slow
// runner slow the provider down, so nothing accumulates here. It returns the status of the answer, 0 for none.
func forward(ctx context.Context, client client, stream egressStream, req egress.Request) (status int, err error) {
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
	buf := make([]byte, firstChunk)
	for {
		n, err := body.Read(buf)
		if n > 0 {
			// gRPC may read a message after Send returns, so each message gets its own copy.
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
		if n == len(buf) && n < answerChunk {
			buf = make([]byte, 4*n)
		}
	}
}

// upload reads the runner's body from the stream.
type upload struct {
	ctx    context.Context //nolint:containedctx // an upload is part of one call
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
