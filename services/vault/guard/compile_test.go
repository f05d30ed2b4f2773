package guard

import (
	"encoding/base64"
	mathrand "math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// However a secret repeats itself, and however long it is, its automaton stays
// small: whoever stores a credential must not be able to fill the vault's memory.
func TestAutomatonStaysSmall(t *testing.T) {
	t.Parallel()
	// The same noise each time: how many states it takes varies by some percent.
	noise := make([]byte, 9<<10)
	_, _ = mathrand.NewChaCha8([32]byte{1}).Read(noise)
	text := base64.StdEncoding.EncodeToString(noise)
	for name, s := range map[string]string{
		"long":       text,
		"short":      text[:16],
		"two alike":  strings.Repeat("x1", 500),
		"period":     strings.Repeat("aB3$xQ9", 200),
		"runs":       strings.Repeat("aaaaaaaaaaaaaaaaZ", 100),
		"escapes":    strings.Repeat(`%\&#x;u0`, 100),
		"hex alike":  strings.Repeat("6a6A6b", 100),
		"blanks":     strings.Repeat("a1 b2  ", 100),
		"bytes":      string(noise[:2000]),
		"jwt":        "eyJhbGciOiJSUzI1NiJ9." + text[:3000] + "." + text[4000:4342],
		"key of RSA": "-----BEGIN RSA PRIVATE KEY-----\n" + text[:3200] + "\n-----END RSA PRIVATE KEY-----\n",
	} {
		begun := time.Now()
		set, err := New(secret.FromString(s))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Logf("%s: %d states, %d KB, %v", name, len(set.a.depth), len(set.a.table)/256, time.Since(begun))
		if n := len(set.a.depth); n > 20_000 {
			t.Errorf("%s: %d states", name, n)
		}
		if !set.stops([]byte("x" + s + "y")) {
			t.Errorf("%s passes", name)
		}
	}
	var many []secret.Secret
	for i := range 100 {
		many = append(many, secret.FromString(text[i*100:i*100+90]))
	}
	if _, err := New(many...); err == nil {
		t.Error("a hundred secrets fit into one automaton: the bound does nothing")
	}
	if _, err := New(secret.New(make([]byte, maxSecret+1))); err == nil {
		t.Error("a secret over the bound is taken")
	}
}
