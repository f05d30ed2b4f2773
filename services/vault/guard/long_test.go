package guard

import (
	"bytes"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
)

// alphabets are those of keys, key files and passwords.
var alphabets = map[string]string{
	"hex":       "0123456789abcdef",
	"base64":    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
	"printable": printable([]byte(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklm")),
}

// drawSecret returns a secret of up to the greatest length.
func drawSecret(t *rapid.T) string {
	alphabet := alphabets[rapid.SampledFrom([]string{"hex", "base64", "printable"}).Draw(t, "alphabet")]
	length := rapid.OneOf(rapid.IntRange(24, 200), rapid.IntRange(200, 4<<10), rapid.IntRange(4<<10, maxSecret-16)).Draw(t, "length")
	// The characters come from a seed, because thousands of draws take longer than the test.
	seed := rapid.Uint64().Draw(t, "seed")
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{"", "sk-proj-", "xoxb-"}).Draw(t, "prefix"))
	for range length {
		seed = seed*6364136223846793005 + 1442695040888963407
		b.WriteByte(alphabet[(seed>>33)%uint64(len(alphabet))])
	}
	return b.String()
}

// A secret of any length is withheld in every form and for every size of chunks, before a byte of
// it is released.
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
			if got := set.Check(out); got != nil {
				t.Fatalf("%d characters as %s: %q came out: %+v", len(s), f.name, out[len(before):], got)
			}
		}
	})
}

// A run that continues in an incomplete escape is held together with the text before it, even if
// neither is long enough alone.
func TestARunOverAnOpenEscapeIsHeld(t *testing.T) {
	t.Parallel()
	for key, written := range map[string]string{
		"bx/v%i.li[n*nD_(^vmZ-feG": ":|bx%2Fv%25i.li%5Bn%2AnD_%28%5EvmZ-feG",
		hex.EncodeToString(bytes.Repeat([]byte("k\x8f\x02\xd3z\x11"), 80)): "<|" + strings.ToLower(base32.StdEncoding.EncodeToString(
			[]byte(hex.EncodeToString(bytes.Repeat([]byte("k\x8f\x02\xd3z\x11"), 80))))),
		"sk-proj-WZMmaza2p67yHq0Tfc3LnXv9": "\"|sk-proj-WZMmaza2\\np67yHq0Tfc3LnXv9",
		"+IU/wk|s,orN\"K7/qZ0_pe:x":        "|+IU/wk|s,orN\\u0022K7/qZ0_pe:x",
	} {
		set, err := New(secret.FromString(key))
		if err != nil {
			t.Fatal(err)
		}
		for size := 1; size < len(written); size++ {
			out, err := io.ReadAll(set.Reader(&chunks{strings.NewReader(written), size}, Options{}))
			if !errors.Is(err, ErrReflected) || len(set.Check(out)) > 0 {
				t.Errorf("in chunks of %d: %q came out, then %v", size, out, err)
			}
		}
	}
}

// Any part of a long secret is withheld.
func TestPartsOfLongSecretsAreCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSecret(t)
		set, err := New(secret.FromString(s))
		if err != nil {
			t.Fatal(err)
		}
		body := anatomy.Body(anatomy.Dissect([]byte(s)))
		const size = 60 // of printable characters, some are signs
		for range 20 {
			at := rapid.IntRange(0, max(0, len(body)-size)).Draw(t, "at")
			if part := body[at:min(len(body), at+size)]; !set.stops(slices.Concat([]byte("x."), part, []byte("!"))) {
				t.Fatalf("%d of %d characters, from %d, pass: %q", len(part), len(body), at, part)
			}
		}
	})
}
