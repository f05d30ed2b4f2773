package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/grpc"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// chunk bounds the part of a body in one message, and firstChunk the first part of a body of unknown size, in
// bytes. Most bodies are much smaller than a chunk.
const (
	chunk      = 64 << 10
	firstChunk = 4 << 10
)

// credentialHeaders are removed from a request that gets a credential. The egress removes them too;
// a placeholder need not travel there.
var credentialHeaders = []string{"Authorization", "Proxy-Authorization", "Cookie", "Api-Key", "X-Api-Key", "X-Goog-Api-Key"}

func headerList(headers http.Header, without []string) []*vaultinternalv1.Header {
	var list []*vaultinternalv1.Header
	for name, values := range headers {
		if slices.Contains(without, name) {
			continue
		}
		for _, v := range values {
			list = append(list, &vaultinternalv1.Header{Name: name, Value: v})
		}
	}
	return list
}

type egressStream = grpc.BidiStreamingClient[vaultinternalv1.EgressRequest, vaultinternalv1.EgressResponse]

// call makes one call. The request body may still be sent while the response arrives. Closing the
// response body waits for both.
func (o *Outbound) call(request *http.Request, head *vaultinternalv1.EgressHead) (*http.Response, error) {
	o.calls.Add(1)
	ctx, cancel := context.WithCancel(request.Context())
	stream, err := o.vault.Egress(ctx)
	if err != nil {
		cancel()
		return nil, errors.Join(o.failed(request.Context(), err), closeBody(request))
	}
	sent := make(chan struct{})
	go func() { // the caller ends it with end, at the latest when it closes the response body
		defer close(sent)
		send(stream, head, request)
	}()
	end := func() { cancel(); <-sent }
	first, err := stream.Recv()
	if err != nil {
		end()
		return nil, o.failed(request.Context(), err)
	}
	if first.GetHead() == nil {
		end()
		return nil, errs.From(fmt.Errorf("egress answered %T before a head", first.GetPart()))
	}
	return response(request, first.GetHead(), &answerBody{Outbound: o, stream: stream, request: request.Context(), done: end}), nil
}

// send writes head and body. A failure breaks the stream, so the receiver sees it.
func send(stream egressStream, head *vaultinternalv1.EgressHead, request *http.Request) {
	body := request.Body
	if body != nil {
		defer func() { _ = body.Close() }()
	}
	if stream.Send(&vaultinternalv1.EgressRequest{Part: &vaultinternalv1.EgressRequest_Head{Head: head}}) != nil {
		return
	}
	for size := sizeOf(request); body != nil; size = chunk {
		// Each chunk has its own buffer: grpc may still send the previous one.
		buffer := make([]byte, size)
		n, err := io.ReadFull(body, buffer)
		if n > 0 && stream.Send(&vaultinternalv1.EgressRequest{Part: &vaultinternalv1.EgressRequest_Body{Body: buffer[:n]}}) != nil {
			return
		}
		if err != nil {
			break
		}
	}
	_ = stream.CloseSend()
}

// sizeOf is the size of the first buffer of a body: one byte more than the body, so that its end is read with it.
func sizeOf(request *http.Request) int {
	if request.ContentLength <= 0 {
		return firstChunk
	}
	return int(min(request.ContentLength+1, chunk))
}

func response(request *http.Request, head *vaultinternalv1.EgressResponseHead, body io.ReadCloser) *http.Response {
	headers := http.Header{}
	for _, h := range head.GetHeaders() {
		headers.Add(h.GetName(), h.GetValue())
	}
	if to := head.GetRedirect(); to != "" {
		headers.Set("Location", to)
	}
	status := int(head.GetStatus())
	return &http.Response{
		Status: strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status))), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: headers, Body: body, ContentLength: -1, Request: request,
	}
}

// answerBody reads an answer from the stream.
type answerBody struct {
	*Outbound
	stream  egressStream
	request context.Context //nolint:containedctx // an http body has no other place for it
	rest    []byte
	read    int64
	err     error
	done    func()
}

// Read implements io.Reader.
func (b *answerBody) Read(p []byte) (int, error) {
	for len(b.rest) == 0 && b.err == nil {
		b.rest, b.err = b.next()
	}
	if len(b.rest) == 0 {
		return 0, b.err
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

func (b *answerBody) next() ([]byte, error) {
	message, err := b.stream.Recv()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	if err != nil {
		return nil, b.failed(b.request, err)
	}
	b.read += int64(len(message.GetBody()))
	if b.read > maxAnswer+chunk {
		return nil, errTooLong
	}
	return message.GetBody(), nil
}

// Close implements io.Closer. It ends a call that is not complete.
func (b *answerBody) Close() error {
	b.done()
	return nil
}

var errTooLong = errors.New("the egress exceeded the limit of the request")

func closeBody(request *http.Request) error {
	if request.Body == nil {
		return nil
	}
	return request.Body.Close()
}
