package guard

import (
	"bytes"
	"encoding/base64"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

const openAIKey = "sk-proj-Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeUiOqXwBzCtKyVnMrDlHgPfS1a0jEuIo"

// corpora are kinds of answers.
func corpora(tb testing.TB) map[string][]byte {
	tb.Helper()
	rnd := mathrand.New(mathrand.NewPCG(51, 52))
	prose, err := os.ReadFile("../../../docs/operate/operating.md")
	if err != nil {
		tb.Fatal(err)
	}
	code, err := os.ReadFile("../egress/client.go")
	if err != nil {
		tb.Fatal(err)
	}
	words := strings.Fields(string(prose))
	var events, answers strings.Builder
	for i := 0; events.Len() < 1<<20; i++ {
		fmt.Fprintf(&events, "data: {\"id\":\"chatcmpl-%s\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"content\":%s},\"logprobs\":null,\"finish_reason\":null}]}\n\n",
			draw(rnd, alnum, 29), quoted(" "+words[i%len(words)]))
	}
	for i := 0; answers.Len() < 1<<20; i += 100 {
		fmt.Fprintf(&answers, "{\"id\":\"chatcmpl-%s\",\"object\":\"chat.completion\",\"created\":%d,\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":%s}}],\"usage\":{\"prompt_tokens\":%d}}\n",
			draw(rnd, alnum, 29), 1700000000+i, quoted(strings.Join(words[i%(len(words)-200):i%(len(words)-200)+100], " ")), i)
	}
	pixels := make([]byte, 1<<20)
	for i := range pixels {
		pixels[i] = byte(rnd.Uint32())
	}
	copy(pixels, "\xff\xd8\xff\xe0")
	hostile := &strings.Builder{}
	for hostile.Len() < 1<<20 {
		hostile.WriteString(draw(rnd, alnum, 24) + " ")
	}
	return map[string][]byte{
		"events": []byte(events.String()), "answers": []byte(answers.String()),
		"prose": bytes.Repeat(prose, 1+1<<20/len(prose)), "code": bytes.Repeat(code, 1+1<<20/len(code)),
		"picture": []byte(`{"data":[{"b64_json":"` + base64.StdEncoding.EncodeToString(pixels) + `"}]}`),
		"hostile": []byte(hostile.String()), "escapes": []byte(strings.Repeat(`\u00&#1<a%2=4`, 1<<20/13)),
	}
}

// rate reports MB per second of processor time, the best of several rounds. Others share the
// machine, so wall time says little.
func rate(b *testing.B, size int, run func()) {
	b.Helper()
	best := 0.0
	for b.Loop() {
		var before, after syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before)
		for range 3 {
			run()
		}
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
		used := float64(after.Utime.Nano()+after.Stime.Nano()-before.Utime.Nano()-before.Stime.Nano()) / 1e9
		best = max(best, 3*float64(size)/1e6/used)
	}
	b.ReportMetric(best, "MB/cpu-s")
}

// BenchmarkLanes measures normalising and lanes for a key of 164 characters.
func BenchmarkLanes(b *testing.B) {
	set := mustSet(b, attackKeys(51)[0].secret)
	for name, text := range corpora(b) {
		b.Run(name, func(b *testing.B) {
			rate(b, len(text), func() {
				s := lane.NewScanner(set.index)
				var norm view.Normaliser
				for i := 0; i < len(text); i += block {
					s.Feed(&norm, text[i:min(len(text), i+block)], func(lane.Piece, bool) {})
				}
			})
		})
	}
}

// BenchmarkUnescape measures the second view.
func BenchmarkUnescape(b *testing.B) {
	for name, text := range corpora(b) {
		b.Run(name, func(b *testing.B) {
			out := make([]byte, 0, len(text))
			rate(b, len(text), func() {
				var u view.Unescaper
				out, _ = u.Append(out[:0], text)
			})
		})
	}
}

// BenchmarkReader measures the whole guard.
func BenchmarkReader(b *testing.B) {
	set := mustSet(b, attackKeys(51)[0].secret)
	for name, text := range corpora(b) {
		b.Run(name, func(b *testing.B) {
			buf := make([]byte, 32<<10)
			rate(b, len(text), func() {
				r := set.Reader(bytes.NewReader(text), Options{})
				for {
					if _, err := r.Read(buf); err != nil {
						break
					}
				}
			})
		})
	}
}

// BenchmarkNew compiles an API key, a key file, and the longest secret.
func BenchmarkNew(b *testing.B) {
	noise := make([]byte, 3*maxSecret/4)
	_, _ = mathrand.NewChaCha8([32]byte{1}).Read(noise)
	long := base64.StdEncoding.EncodeToString(noise)
	for name, s := range map[string]string{
		"40 characters": long[:40], "164 characters": attackKeys(51)[0].secret, "4KB": long[:4<<10], "16KB": long,
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(float64(mustSet(b, s).Size()), "bytes")
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

// stops reports that one text is withheld.
func (s *Set) stops(text []byte) bool { return Stops(s.Check(text)) }
