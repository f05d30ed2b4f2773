package vault

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// A key's text is its kind's prefix, 26 characters of base32 (130 random bits)
// and a checksum. The prefix is for people and for secret scanners, the checksum
// tells a mistyped key from a revoked one without asking the database.
const (
	ownerPrefix    = "kh_"
	operatorPrefix = "kho_"
	randomLen      = 26
	checksumLen    = 6
	shownLen       = 5 // random characters that a listing shows
)

// newKeyText makes a key and what a listing may show of it.
func newKeyText(prefix string) (text secret.Secret, shown string) {
	body := prefix + strings.ToLower(rand.Text())
	return secret.New([]byte(body + checksum(body))), body[:len(prefix)+shownLen]
}

// wellFormed reports whether a text could be a key that this package made. It
// says nothing about whether the key exists.
func wellFormed(text secret.Secret) bool {
	s := string(text.Expose())
	for _, prefix := range []string{ownerPrefix, operatorPrefix} {
		if strings.HasPrefix(s, prefix) && len(s) == len(prefix)+randomLen+checksumLen {
			body, sum := s[:len(s)-checksumLen], s[len(s)-checksumLen:]
			return subtle.ConstantTimeCompare([]byte(sum), []byte(checksum(body))) == 1
		}
	}
	return false
}

// checksum is 30 bits of a hash, in the alphabet of the rest.
func checksum(body string) string {
	sum := sha256.Sum256([]byte("keyhole key checksum v1 " + body))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:checksumLen])
}

// hashKey is what is stored of a key. Its 130 random bits make a slow hash
// needless.
func hashKey(text secret.Secret) []byte {
	sum := sha256.Sum256(text.Expose())
	return sum[:]
}
