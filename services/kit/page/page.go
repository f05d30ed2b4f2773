package page

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// maxToken bounds the tokens that are decoded, in bytes. Our own have about 100.
const maxToken = 4096

// Tokens seals and opens page tokens. All replicas of a service need the same
// key.
type Tokens struct {
	aead cipher.AEAD
}

// New derives its own key from the service's key, which must have at least 16 bytes.
func New(key secret.Secret) (*Tokens, error) {
	if key.Len() < 16 {
		return nil, errors.New("page token key is shorter than 16 bytes")
	}
	derived, err := hkdf.Key(sha256.New, key.Expose(), nil, "keyhole page token v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive page token key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("make page token cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make page token cipher: %w", err)
	}
	return &Tokens{aead: aead}, nil
}

// Encode seals a cursor, which may be any JSON value. The request strings must be the same
// when the token comes back: method, parent, filter, order, the caller's workspace. They do
// not include the page size, because a client may change it.
func (t *Tokens) Encode(cursor any, request ...string) (string, error) {
	plain, err := json.Marshal(cursor)
	if err != nil {
		return "", fmt.Errorf("marshal page cursor: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(t.aead.Seal(nil, nil, plain, binding(request))), nil
}

// Decode opens a token into cursor, a pointer. The empty token means the first page and
// leaves cursor unchanged. A token of another listing is an INVALID_ARGUMENT.
func (t *Tokens) Decode(token string, cursor any, request ...string) error {
	if token == "" {
		return nil
	}
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") { // base64 decoding ignores line ends
		return foreign(errors.New("page token is too long or has line ends"))
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return foreign(err)
	}
	plain, err := t.aead.Open(nil, nil, sealed, binding(request))
	if err != nil {
		return foreign(err)
	}
	if err := json.Unmarshal(plain, cursor); err != nil {
		return foreign(err)
	}
	return nil
}

func foreign(err error) error {
	return errs.InvalidArgument("invalid page token: it was not issued by this listing; start again without it").WithReason(errorsv1.Reason_REASON_PAGE_TOKEN_INVALID).
		Field("page_token", "not a token of this listing").Because(err)
}

// binding hashes the strings with their lengths, so that ("a","bc") differs from
// ("ab","c").
func binding(request []string) []byte {
	h := sha256.New()
	var n [8]byte
	for _, s := range request {
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return h.Sum(nil)
}

// Size returns the number of rows of a page: the requested number, the default for 0, and
// never more than the limit.
func Size(asked int32, byDefault, limit int) int {
	switch {
	case asked <= 0:
		return byDefault
	case int(asked) > limit:
		return limit
	default:
		return int(asked)
	}
}
