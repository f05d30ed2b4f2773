package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// The text of a key is the prefix of its kind, 26 characters of base32 (130 random bits) and a checksum. The prefix
// lets people and secret scanners recognise a key. The checksum refuses a mistyped key without a query.
const (
	ownerPrefix    = "kh_"
	operatorPrefix = "kho_"
	randomLen      = 26
	checksumLen    = 6
	shownLen       = 5 // random characters that a listing shows
)

// newKeyText returns a new key, and its first characters for listings.
func newKeyText(prefix string) (text secret.Secret, shown string) {
	body := prefix + strings.ToLower(rand.Text())
	return secret.New([]byte(body + checksum(body))), body[:len(prefix)+shownLen]
}

// WellFormed reports whether a text has the form of a key. The key need not exist.
func WellFormed(text secret.Secret) bool {
	s := string(text.Expose())
	for _, prefix := range []string{ownerPrefix, operatorPrefix} {
		if strings.HasPrefix(s, prefix) && len(s) == len(prefix)+randomLen+checksumLen {
			body, sum := s[:len(s)-checksumLen], s[len(s)-checksumLen:]
			return subtle.ConstantTimeCompare([]byte(sum), []byte(checksum(body))) == 1
		}
	}
	return false
}

// checksum is 30 bits of a hash, in base32.
func checksum(body string) string {
	sum := sha256.Sum256([]byte("keyhole key checksum v1 " + body))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:checksumLen])
}

// HashKey is the stored hash of a key. A key has 130 random bits, so a fast hash is enough.
func HashKey(text secret.Secret) []byte {
	sum := sha256.Sum256(text.Expose())
	return sum[:]
}
