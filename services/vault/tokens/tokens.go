package tokens

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Kind is the prefix of a kind of text. The whole text is the prefix, 26 characters of base32 (130 random bits) and
// a checksum. The prefix lets people and secret scanners recognise the text. The checksum refuses a mistyped text
// without a query; it covers the prefix, so that a text cannot be turned into one of another kind.
type Kind string

// The kinds.
const (
	OwnerKey    Kind = "kh_"
	OperatorKey Kind = "kho_"
	Session     Kind = rpc.SessionPrefix
	SignInCode  Kind = "khc_"
	Invitation  Kind = "khi_"
)

const (
	randomLen   = 26
	checksumLen = 6
	shownLen    = 5 // random characters that a listing shows
)

// New returns a new text, and its first characters for listings.
func (k Kind) New() (text secret.Secret, shown string) {
	body := string(k) + strings.ToLower(rand.Text())
	return secret.New([]byte(body + checksum(body))), body[:len(k)+shownLen]
}

// Is reports whether a text has the form of this kind. The right need not exist.
func (k Kind) Is(text secret.Secret) bool {
	s := string(text.Expose())
	if !strings.HasPrefix(s, string(k)) || len(s) != len(k)+randomLen+checksumLen {
		return false
	}
	body, sum := s[:len(s)-checksumLen], s[len(s)-checksumLen:]
	return subtle.ConstantTimeCompare([]byte(sum), []byte(checksum(body))) == 1
}

// checksum is 30 bits of a hash, in base32.
func checksum(body string) string {
	sum := sha256.Sum256([]byte("keyhole key checksum v1 " + body))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:checksumLen])
}

// Hash is what the vault stores of a text. A text has 130 random bits, so a fast hash is enough.
func Hash(text secret.Secret) []byte {
	sum := sha256.Sum256(text.Expose())
	return sum[:]
}
