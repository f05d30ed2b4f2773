package guard

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// alphabets are what keys, key files and passwords are written with.
var alphabets = map[string]string{
	"hex":       "0123456789abcdef",
	"base64":    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"printable": printable([]byte(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklm")),
}

// drawSecret is a secret of up to the greatest length.
func drawSecret(t *rapid.T) string {
	alphabet := alphabets[rapid.SampledFrom([]string{"hex", "base64", "printable"}).Draw(t, "alphabet")]
	length := rapid.OneOf(rapid.IntRange(24, 200), rapid.IntRange(200, 4<<10), rapid.IntRange(4<<10, maxSecret-16)).Draw(t, "length")
	// From a seed: thousands of draws would take longer than the test.
	seed := rapid.Uint64().Draw(t, "seed")
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{"", "sk-proj-", "xoxb-"}).Draw(t, "prefix"))
	for range length {
		seed = seed*6364136223846793005 + 1442695040888963407
		b.WriteByte(alphabet[(seed>>33)%uint64(len(alphabet))])
	}
	return b.String()
}

// However long a secret is, it is cut in every form and at any chunking, before a
// byte of it is out.
func TestSecretsOfAnyLengthAreCut(t *testing.T) {
	t.Parallel()
	all := forms()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSecret(t)
		set, err := New(secret.FromString(s))
		if err != nil {
			t.Fatal(err)
		}
		for range 8 {
			f := rapid.SampledFrom(all).Draw(t, "form")
			before := rapid.StringMatching(`[ -~]{0,40}`).Draw(t, "before") + "|"
			whole := before + f.encode(s) + rapid.StringMatching(`[ -~]{0,40}`).Draw(t, "after")
			out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(whole), rapid.IntRange(1, 5000).Draw(t, "chunk")}, Options{}))
			if !errors.Is(err, ErrReflected) || !strings.HasPrefix(whole, string(out)) {
				t.Fatalf("%d characters as %s: %v", len(s), f.name, err)
			}
			if len(out) > len(before)+foreign(f.name) {
				t.Fatalf("%d characters as %s: %q came out", len(s), f.name, out[len(before):])
			}
		}
	})
}

// A part is cut wherever it was taken from, if it is long enough to have one of the
// windows in it.
func TestPartsOfLongSecretsAreCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSecret(t)
		set, err := New(secret.FromString(s))
		if err != nil {
			t.Fatal(err)
		}
		body := dissect([]byte(s)).body
		size := fragmentSize(body)
		size += (len(body) - size + maxFragments - 1) / maxFragments
		for range 20 {
			at := rapid.IntRange(0, max(0, len(body)-size)).Draw(t, "at")
			if part := body[at:min(len(body), at+size)]; !set.stops(slices.Concat([]byte("x"), part, []byte("y"))) {
				t.Fatalf("%d of %d characters, from %d, pass", len(part), len(body), at)
			}
		}
	})
}

// The automaton says of every text what its patterns say, and of a match under way
// no less than it has taken.
func TestCompileKeepsWhatThePatternsSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		// Few characters, so that beginnings and ends overlap.
		units := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "aa", "ab", "ba", "%a", "%%a", "aab"}), 1, 4)
		n := newNFA()
		for range rapid.IntRange(1, 5).Draw(t, "patterns") {
			var p Pattern
			for range rapid.IntRange(3, 6).Draw(t, "units") {
				p = append(p, Unit(units.Draw(t, "unit")))
			}
			n.add(p)
		}
		a, err := compile(n)
		if err != nil {
			t.Fatal(err)
		}
		var under []int32
		state := uint32(0)
		for _, b := range []byte(rapid.StringMatching(`[ab%x]{0,60}`).Draw(t, "text")) {
			under = n.step(under, b)
			state = a.table[state+uint32(a.class[b])]
			ended := slices.Contains(under, hit)
			if ended != (state == a.hitState()) {
				t.Fatalf("a match: %v, the automaton's: %v", ended, state == a.hitState())
			}
			if ended {
				return
			}
			deepest := 0
			for _, node := range under {
				deepest = max(deepest, n.depth[node])
			}
			if a.hold(state) != deepest {
				t.Fatalf("%d bytes are held, want %d", a.hold(state), deepest)
			}
		}
	})
}

// step is what the automaton does, written down as it is defined.
func (n *nfa) step(under []int32, b byte) []int32 {
	var next []int32
	for _, from := range append([]int32{0}, under...) {
		for _, e := range n.edges[from] {
			if e.b == b {
				next = append(next, e.to)
			}
		}
	}
	slices.Sort(next)
	return slices.Compact(next)
}
