package guard

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// FuzzReader holds the automaton against the encoders of the standard library: what
// holds an encoded secret is cut at any chunking, and nothing of it comes out; what
// is not cut comes out unchanged; and the chunking never decides.
func FuzzReader(f *testing.F) {
	f.Add([]byte("Zk3vQ9xT7bLm2Wc8RfYh"), "before ", " after", uint(0), uint(1))
	f.Add([]byte("aaZaaZaaZaaZaaQaaW12"), "aaZaa", "aaZ", uint(20), uint(3))
	f.Add([]byte("%41%42&#65;xyzt0987$"), `%%%2&#`, "%", uint(7), uint(2))
	all := forms()
	f.Fuzz(func(t *testing.T, seed []byte, before, after string, which, size uint) {
		s := printable(seed)
		if Guardable(secret.FromString(s)) != nil || len(before)+len(after) > 2000 {
			return // the input is discarded
		}
		set := mustSet(t, s)
		form := all[which%uint(len(all))]
		step := int(size%64) + 1
		encoded := form.encode(s)
		before += "|"
		whole := before + encoded + after
		if !set.stops([]byte(whole)) {
			t.Fatalf("%q as %s passes in %q", s, form.name, whole)
		}
		out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(whole), step}, Options{}))
		if !errors.Is(err, ErrReflected) || !strings.HasPrefix(whole, string(out)) {
			t.Fatalf("%q as %s in chunks of %d: %q, %v", s, form.name, step, out, err)
		}
		if got := set.Check(out); got != nil {
			t.Fatalf("%q as %s in chunks of %d: %q came out: %+v", s, form.name, step, out, got)
		}
		clean := before + after
		out, err = io.ReadAll(set.Reader(&chunks{strings.NewReader(clean), step}, Options{}))
		if cut := errors.Is(err, ErrReflected); cut != set.stops([]byte(clean)) || (!cut && string(out) != clean) {
			t.Fatalf("%q in chunks of %d: %q became %q, %v", s, step, clean, out, err)
		}
	})
}

// printable maps bytes to ASCII without white space and backslashes, which some of
// the forms would change.
func printable(seed []byte) string {
	out := make([]byte, 0, 80)
	for _, b := range seed[:min(len(seed), 80)] {
		if b = '!' + b%('~'-'!'+1); b == '\\' {
			b = '/'
		}
		out = append(out, b)
	}
	return string(out)
}
