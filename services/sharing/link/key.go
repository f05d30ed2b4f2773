package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// tokenBytes is the length of a token: 192 bits cannot be guessed.
const tokenBytes = 24

// Key derives tokens. A token is a MAC over the share and the epoch of its link: the
// owner can see it again, a new epoch invalidates it, and the database holds only its
// hash.
type Key struct {
	key  secret.Secret
	base string
}

// New returns a key. publicURL is the address of the installation, or empty.
func New(key secret.Secret, publicURL string) (Key, error) {
	if key.Len() < 32 {
		return Key{}, errors.New("the link key is shorter than 32 bytes")
	}
	return Key{key: key, base: publicURL}, nil
}

func (k Key) mac(domain string, parts ...string) []byte {
	h := hmac.New(sha256.New, k.key.Expose())
	h.Write([]byte(domain))
	for _, part := range parts {
		h.Write([]byte{0})
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// Token returns the token of a share's link in an epoch.
func (k Key) Token(share string, epoch int64) string {
	sum := k.mac("keyhole link v1", share, strconv.FormatInt(epoch, 10))
	return base64.RawURLEncoding.EncodeToString(sum[:tokenBytes])
}

// URI returns the link, or "" when the address of the installation is not known.
func (k Key) URI(token string) string {
	if k.base == "" {
		return ""
	}
	return k.base + "/s/" + token
}

// Hash returns the hash under which a share is stored. It reports false for a text
// that cannot be a token.
func (k Key) Hash(token string) (string, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != tokenBytes {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:]), true
}

// VersionMark lets visitors tell one version behind a link from another. It is keyed:
// a plain hash of the definition would let them guess redacted literals.
func (k Key) VersionMark(share, hash string) string {
	return hex.EncodeToString(k.mac("keyhole version v1", share, hash))
}

// PassMAC authenticates the head of a pass of a share's gate, in an epoch of its link and of its
// gate.
func (k Key) PassMAC(share string, linkEpoch, gateEpoch int64, head []byte) []byte {
	return k.mac("keyhole pass v1", share, strconv.FormatInt(linkEpoch, 10), strconv.FormatInt(gateEpoch, 10), string(head))
}

// Pseudonym returns the name by which an owner sees a visitor. It is stable for one
// owner, differs between owners, and reveals no key and no address.
func (k Key) Pseudonym(owner, caller string) string {
	return "vis_" + hex.EncodeToString(k.mac("keyhole visitor v1", owner, caller)[:10])
}
