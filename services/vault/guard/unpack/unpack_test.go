package unpack

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

// opensTo returns the contents of a text that is cut into pieces of a size.
func opensTo(text string, size int) []string {
	var out []string
	budget := Budget{Read: int64(len(text)), Octets: true}
	open := func(r Run) {
		Open(r, &budget, func(content []byte, binary bool) {
			if !binary {
				out = append(out, string(content))
			}
		})
	}
	for _, c := range []*Collector{NewCollector(), NewDenseCollector()} {
		for rest := text; len(rest) > 0; {
			n := min(size, len(rest))
			c.Feed([]byte(rest[:n]), open)
			rest = rest[n:]
		}
		c.End(open)
	}
	return out
}

func TestOpen(t *testing.T) {
	t.Parallel()
	const secret = "some plain words 42"
	b := base64.StdEncoding.EncodeToString([]byte(secret))
	for _, text := range []string{
		b, "x " + b + ".", b[:16] + "\n" + b[16:], hex.EncodeToString([]byte(secret)), "115, 111, 109, 101, 32, 112, 108, 97, 105, 110, 32, 119, 111, 114, 100, 115, 32, 52, 50",
		"73 6f 6d 65 20 70 6c 61 69 6e 20 77 6f 72 64 73 20 34 32", "0x73, 0x6f, 0x6d, 0x65, 0x20, 0x70, 0x6c, 0x61, 0x69, 0x6e, 0x20, 0x77, 0x6f, 0x72, 0x64, 0x73, 0x20, 0x34, 0x32",
	} {
		for size := 1; size < 40; size++ {
			if got := opensTo(text, size); !slices.ContainsFunc(got, func(s string) bool { return strings.HasPrefix(s, secret) }) {
				t.Errorf("%q by %d opens to %q", text, size, got)
			}
		}
	}
}

// FuzzOpen looks for crashes, and checks that the contents do not depend on the chunks.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{"H4sIAAAAAAAA/wEAAP//AAAAAAAAAAA=", "abcdefghijklmnop1\nab\n12", "0x73 6f 255 256 1-2-3 01110011", `<~87cURD]i,"Ebo80~>`, "UEsDBAoAAAAAAAAAAAAAAAAA1", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAA1", "QlpoOTFBWSZTWQAAAAAAAAAA1"} {
		f.Add(s, uint(3))
	}
	f.Fuzz(func(t *testing.T, text string, size uint) {
		whole, cut := opensTo(text, len(text)+1), opensTo(text, int(size%50)+1)
		if !slices.Equal(whole, cut) {
			t.Fatalf("%q by %d: %q, whole %q", text, size%50+1, cut, whole)
		}
	})
}
