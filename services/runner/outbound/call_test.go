package outbound

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// collector is an egress that keeps what is sent.
type collector struct {
	egressStream
	parts  [][]byte
	closed bool
}

func (c *collector) Send(m *vaultinternalv1.EgressRequest) error {
	if m.GetHead() == nil {
		c.parts = append(c.parts, m.GetBody())
	}
	return nil
}

func (c *collector) CloseSend() error {
	c.closed = true
	return nil
}

// A body arrives whole, whatever its size and whether it is known, and a small one takes little memory.
func TestBodiesTakeTheMemoryOfTheirSize(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, firstChunk - 1, firstChunk, firstChunk + 1, chunk - 1, chunk, chunk + 1, 3*chunk + 5} {
		body := bytes.Repeat([]byte("0123456789abcdef"), size/16+1)[:size]
		for _, declared := range []int64{int64(size), -1, 0, 3} {
			c := &collector{}
			send(c, &vaultinternalv1.EgressHead{}, &http.Request{Body: io.NopCloser(bytes.NewReader(body)), ContentLength: declared})
			if got := bytes.Join(c.parts, nil); !bytes.Equal(got, body) || !c.closed {
				t.Errorf("%d bytes declared as %d: %d arrived, closed %t", size, declared, len(got), c.closed)
			}
			for _, part := range c.parts {
				if len(part) > chunk || declared == int64(size) && size < chunk && cap(part) > size+64 {
					t.Errorf("%d bytes declared as %d: a part of %d bytes takes %d", size, declared, len(part), cap(part))
				}
			}
		}
	}
}
