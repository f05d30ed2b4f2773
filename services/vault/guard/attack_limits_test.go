package guard

import (
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestLimitsOfTheGuard asserts what passes, so that docs/secure/threat-model.md stays true. If it
// fails, the guard became better: change that page.
func TestLimitsOfTheGuard(t *testing.T) {
	t.Parallel()
	nato := strings.Fields("alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu")
	digits := strings.Fields("zero one two three four five six seven eight nine")
	spell := mapped(func(r rune) string {
		switch r |= 0x20; {
		case r >= 'a' && r <= 'z':
			return nato[r-'a'] + " "
		case r|0x20 >= '0' && r|0x20 <= '9':
			return digits[(r|0x20)-'0'] + " "
		}
		return "sign "
	})
	caesar := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return 'a' + (r-'a'+5)%26
			}
			if r >= 'A' && r <= 'Z' {
				return 'A' + (r-'A'+5)%26
			}
			return r
		}, s)
	}
	words := func(n int) func(string) string {
		return func(s string) string {
			return strings.Join(strings.Split(wrapped(n, "|")(s), "|"), " some words between ")
		}
	}
	for name, as := range map[string]func(string) string{
		"XOR": func(s string) string {
			b := []byte(s)
			for i := range b {
				b[i] ^= 0x55
			}
			return b64(string(b))
		},
		"Caesar by five": caesar, "spelled": spell, "pieces of six between words": words(6), "pieces of seven between words": words(7),
		"first letters of words": mapped(func(r rune) string { return string(r) + "ord " }),
		"gzip in uuencode":       func(s string) string { return uuencode(packers()["gzip"](s)) },
	} {
		for _, k := range attackKeys(41)[:4] {
			if mustSet(t, k.secret).stops([]byte(as(k.body))) {
				t.Errorf("%s as %s is withheld: this was a limit", k.name, name)
			}
		}
	}
	// Every second and third character of bodies under 16 and 22 characters.
	for n, length := range map[int]int{2: 15, 3: 21} {
		for seed := range uint64(20) {
			if s := attackKeys(seed)[0].body[:length]; mustSet(t, s).stops([]byte(thin(n)(s))) {
				t.Errorf("%d characters in %d ways are withheld: this was a limit", length, n)
			}
		}
	}
}

// Raw deflate and brotli have no mark, so they are not opened beyond the budget of trials.
func TestLimitOfTrials(t *testing.T) {
	t.Parallel()
	k := attackKeys(42)[0]
	noise := &strings.Builder{}
	for seed := range uint64(300) {
		b := []byte(attackKeys(seed + 100)[0].body)[:40]
		for i := range b {
			b[i] = b[i]*7 ^ 0x80
		}
		noise.WriteString(b64(string(b)) + " ")
	}
	set := mustSet(t, k.secret)
	packed := b64(packers()["brotli"]("the key is " + k.secret))
	if !set.stops([]byte(packed)) {
		t.Error("packed with brotli it passes")
	}
	if set.stops([]byte(noise.String() + packed)) {
		t.Error("after 300 decoys it is withheld: this was a limit")
	}
	if !set.stops([]byte(noise.String() + b64(packers()["gzip"](k.secret)) + " " + k.secret)) {
		t.Error("after decoys, what has a mark passes")
	}
}

// Archives that decompress to a large size leave enough budget for others.
func TestAttackGuardBombs(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "an archive after archives that unpack to very much")
	bomb := b64(packers()["gzip"](strings.Repeat("0", 8<<20)))
	for _, k := range attackKeys(44) {
		set := mustSet(t, k.secret)
		for _, n := range []int{1, 10, 60} {
			text := strings.Repeat(bomb+" ", n) + b64(packers()["gzip"]("the key is "+k.secret))
			a.Attempt(set.stops([]byte(text)), "%s after %d bombs passes", k.name, n)
		}
	}
}
