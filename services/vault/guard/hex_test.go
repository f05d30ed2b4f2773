package guard

import (
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// hexKeys are keys of 32 and 64 digits and UUIDs.
func hexKeys(rnd *rand.Rand, n int) [][]lane.Part {
	const digits = "0123456789abcdef"
	keys := make([][]lane.Part, n)
	for i := range keys {
		s := draw(rnd, digits, []int{32, 64, 32}[i%3])
		if i%3 == 2 {
			s = s[:8] + "-" + s[8:12] + "-4" + s[13:16] + "-a" + s[17:20] + "-" + s[20:]
		}
		keys[i] = []lane.Part{{Bytes: []byte(s)}}
	}
	return keys
}

// digests fills an answer with digests of 64 digits, one a line.
func digests(rnd *rand.ChaCha8, answer []byte) {
	raw := make([]byte, 32)
	for len(answer) > 64 {
		_, _ = rnd.Read(raw)
		hex.Encode(answer, raw)
		answer[64] = '\n'
		answer = answer[65:]
	}
}

// TestHashesShowNoHexadecimalKey reads 10 000 answers of 100 KB that consist of digests.
// The pieces of each of twelve keys that they contain by chance stay below the key's
// threshold in total. A random key reaches it with a probability of 1 in 400 (computed).
func TestHashesShowNoHexadecimalKey(t *testing.T) {
	t.Parallel()
	const answers, size, keys = 10_000, 100_000, 12
	set := setsOf(t, hexKeys(rand.New(rand.NewPCG(1, 2)), keys))[0]
	found := tally{sure: map[int]int{}, weak: map[int]int{}, places: map[[2]int]map[int]bool{}}
	rnd, answer := rand.NewChaCha8([32]byte{7}), make([]byte, size)
	scanner := lane.NewScanner(set.index)
	for range answers {
		digests(rnd, answer)
		in := &inspection{set: set}
		take := func(p lane.Piece, final bool) { in.take(p, final, false) }
		scanner.Reset()
		scanner.Feed(new(view.Normaliser), answer, take)
		scanner.End(take)
		for _, p := range in.fresh {
			found.add(0, p)
		}
	}
	most := map[int]int{}
	for key, places := range found.places {
		one := tally{places: map[[2]int]map[int]bool{key: places}}
		most[key[1]] = one.most()
		if suspended := min(halvesSuspended, 2*max(12, set.BodySymbols(key[1])/3)); one.most() >= suspended {
			t.Errorf("key %d: a share would be suspended by %d half symbols, the threshold is %d", key[1], one.most(), suspended)
		}
	}
	t.Logf("%d MB: pieces by symbols: %v, weak ones: %v; half symbols by key: %v", answers*size/1_000_000, found.sure, found.weak, most)
}
