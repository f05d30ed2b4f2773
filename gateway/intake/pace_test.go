package intake

import (
	"net/http/httptest"
	"testing"
	"time"
)

// burst returns much in one read, then one byte for each read.
type burst struct{ left int }

func (b *burst) Read(buf []byte) (int, error) {
	n := max(min(b.left, len(buf)), 1)
	b.left -= n
	return n, nil
}

func TestAttackABodyThatStallsAfterABurst(t *testing.T) {
	t.Parallel()
	p := newPaced(httptest.NewRecorder(), &burst{left: 20 << 20}, UsualPace)
	for range 100 {
		if _, err := p.Read(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if left := time.Until(p.until); left > UsualPace.Grace {
		t.Errorf("after 20 MB a client may stall for %v", left)
	}
}
