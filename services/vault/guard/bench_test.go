package guard

import (
	"crypto/rand"
	"encoding/base64"
	mathrand "math/rand/v2"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const openAIKey = "sk-proj-Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeUiOqXwBzCtKyVnMrDlHgPfS1a0jEuIo"

// BenchmarkReader measures clean text of the kinds that providers answer with.
func BenchmarkReader(b *testing.B) {
	pixels := make([]byte, 3<<18)
	_, _ = rand.Read(pixels)
	for name, text := range map[string]string{
		"json":   strings.Repeat(`{"id":"chatcmpl-9x","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"A red motorcycle stands in front of a brick wall.\n"}}]}`, 6000),
		"base64": base64.StdEncoding.EncodeToString(pixels),
		"binary": string(pixels),
	} {
		b.Run(name, func(b *testing.B) {
			set := mustSet(b, openAIKey)
			buf := make([]byte, 32<<10)
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r := set.Reader(strings.NewReader(text), Options{})
				for {
					if _, err := r.Read(buf); err != nil {
						break
					}
				}
			}
		})
	}
}

// BenchmarkNew compiles a key, a key file, and the longest there may be.
func BenchmarkNew(b *testing.B) {
	noise := make([]byte, 3*maxSecret/4)
	_, _ = mathrand.NewChaCha8([32]byte{1}).Read(noise)
	long := base64.StdEncoding.EncodeToString(noise)
	for name, s := range map[string]string{
		"key": openAIKey, "4KB": long[:4<<10], "16KB": long, "16KB of bytes": string(append(noise, noise[:maxSecret/4]...)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				set := mustSet(b, s)
				b.ReportMetric(float64(set.Size()), "bytes")
			}
		})
	}
}

func mustSet(tb testing.TB, secrets ...string) *Set {
	tb.Helper()
	var list []secret.Secret
	for _, s := range secrets {
		list = append(list, secret.FromString(s))
	}
	set, err := New(list...)
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// stops reports whether a text by itself is withheld.
func (s *Set) stops(text []byte) bool { return Stops(s.Check(text)) }
