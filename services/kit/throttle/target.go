package throttle

import (
	"bytes"
	"crypto/sha256"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// ofTarget limits the wrong secrets with one target, from all addresses together. This keeps an attacker with many
// addresses from getting many tries at one key. Clients that have tried no wrong secret lately keep a half of the burst
// for themselves: a guesser must use a new address for each try before the holder of the key has to wait, and then the
// holder waits for seconds. A key that was valid here before never waits.
var ofTarget = limit{burst: 200, every: time.Second}

// shown is how many characters of a key listings show. Anyone who saw a listing can aim at one
// key.
const shown = 8

// beginning is the target of a key: the characters that may be known to others. A shorter text
// is its own beginning.
func beginning(key secret.Secret) string {
	text := key.Expose()
	return string(text[:min(len(text), shown)])
}

// whole is the target of a code. Nobody sees a part of a code, so nobody can aim at one. The
// beginning would be wrong: a provider may begin all its codes with the same characters, and
// then a few wrong codes from anywhere would lock out everyone who signs in. The limit still
// bounds the cost of one code that many addresses present, such as requests to the provider.
func whole(code secret.Secret) string {
	hash := sha256.Sum256(code.Expose())
	return string(hash[:])
}

// named is the thing that a password belongs to: the text before the first NUL.
func named(password secret.Secret) string {
	thing, _, _ := bytes.Cut(password.Expose(), []byte{0})
	return string(thing)
}
