package leak_test

import (
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

// hostile texts contain much that looks like keys, and end in ways that make a search slow
// if it is not linear.
var hostile = map[string]string{
	"tokens":     "eyJ",
	"prefixes":   "/sk-aaaaaaaaaaaaaaaaaaaa",
	"logins":     "a:@",
	"links":      "https://a?",
	"escapes":    `\u005c`,
	"percents":   "%25",
	"entities":   "&amp;",
	"base64":     "QUFB",
	"wrapped":    strings.Repeat("QUFB", 19) + "\n",
	"key words":  "apikey1234 ",
	"hosts":      "google.com/a1 ",
	"nested":     `\\`,
	"assignment": "a=a1b2c3d4e5f6 ",
}

// TestHostileTextIsCheap: a search does a bounded amount of work. The test has no clock: if
// the search were quadratic, or tried every rule on all of the text, the test would not
// end.
func TestHostileTextIsCheap(t *testing.T) {
	t.Parallel()
	for _, piece := range hostile {
		leak.Find(strings.Repeat(piece, 1<<20/len(piece)))
	}
}

func BenchmarkProse(b *testing.B) { benchmark(b, strings.Repeat(prose, 1<<20/len(prose))) }

func BenchmarkPicture(b *testing.B) { benchmark(b, strings.Repeat(photo, 1<<20/len(photo))) }

func BenchmarkHostile(b *testing.B) {
	for name, piece := range hostile {
		b.Run(name, func(b *testing.B) { benchmark(b, strings.Repeat(piece, 1<<20/len(piece))) })
	}
}

func benchmark(b *testing.B, text string) {
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		leak.Find(text)
	}
}
