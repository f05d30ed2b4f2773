package lane

import (
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

func random(rnd *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[rnd.IntN(62)]
	}
	return string(b)
}

// most returns the longest piece in a text that is cut into pieces of a size.
func most(x *Index, text string, size int) (best Piece) {
	s := NewScanner(x)
	var n view.Normaliser
	found := func(p Piece, _ bool) {
		if p.Symbols > best.Symbols {
			best = p
		}
	}
	for len(text) > 0 {
		k := min(size, len(text))
		s.Feed(&n, []byte(text[:k]), found)
		text = text[k:]
	}
	s.End(found)
	return best
}

func TestLanesFindWholeBodies(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, length := range []int{12, 16, 36, 64, 156} {
		body := random(rnd, length)
		x := New([][]Part{{{Bytes: []byte(body)}}})
		t.Logf("%d characters: %d lanes, %d bytes", length, len(x.lanes), x.Size())
		twice := base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte("x" + body))))
		for name, text := range map[string]string{
			"plain": body, "dashes": strings.Join(strings.Split(body, ""), "-"), "hex": hex.EncodeToString([]byte(body)),
			"base64": base64.StdEncoding.EncodeToString([]byte("ab" + body)), "twice": twice,
		} {
			for size := 1; size <= 40; size += 3 {
				if p := most(x, "before "+text+" after", size); p.Symbols < length*2/3 && p.Symbols < length-8 {
					t.Errorf("%s of %d characters cut by %d: %+v", name, length, size, p)
				}
			}
		}
	}
}
