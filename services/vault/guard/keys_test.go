package guard

import (
	"math/rand/v2"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Random keys of usual forms are accepted. An occasional refusal would look like a fault.
func TestRandomKeysAreGuardable(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(5, 9))
	for name, shape := range map[string]struct {
		prefix, alphabet string
		length           int
	}{
		"a key of a test": {"sk-canary-", "abcdefghijklmnopqrstuvwxyz234567", 52},
		"base32":          {"", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32},
		"base62":          {"sk-", alnum, 36},
		"long hex":        {"", "0123456789abcdef", 40},
	} {
		refused := 0
		for range 2000 {
			if Guardable(secret.FromString(shape.prefix+draw(rnd, shape.alphabet, shape.length))) != nil {
				refused++
			}
		}
		if refused > 20 {
			t.Errorf("%s: %d of 2000 are refused", name, refused)
		}
		t.Logf("%s: %d of 2000 are refused", name, refused)
	}
}
