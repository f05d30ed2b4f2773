package sharing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// linkBytes are the bytes of a link's token: 192 bits, which nobody guesses.
const linkBytes = 24

// links makes the tokens of links. A token is a MAC over the share and the epoch
// of its link, so that the owner can be shown it again, a new epoch kills it, and
// no table holds it: rows are found by the token's hash.
type links struct {
	key  secret.Secret
	base string
}

func newLinks(key secret.Secret, publicURL string) (links, error) {
	if key.Len() < 32 {
		return links{}, errors.New("the link key is shorter than 32 bytes")
	}
	return links{key: key, base: publicURL}, nil
}

func (l links) mac(domain string, parts ...string) []byte {
	h := hmac.New(sha256.New, l.key.Expose())
	h.Write([]byte(domain))
	for _, part := range parts {
		h.Write([]byte{0})
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

// token is the token of a share's link in an epoch.
func (l links) token(share string, epoch int64) string {
	sum := l.mac("keyhole link v1", share, strconv.FormatInt(epoch, 10))
	return base64.RawURLEncoding.EncodeToString(sum[:linkBytes])
}

// uri is the link itself; empty where the installation's address is not known.
func (l links) uri(token string) string {
	if l.base == "" {
		return ""
	}
	return l.base + "/s/" + token
}

// hash is how a token is looked up. A token that cannot be one has none.
func (l links) hash(token string) (string, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != linkBytes {
		return "", false
	}
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:]), true
}

// version tells visitors one version behind a link from another. It is keyed: a hash of
// the definition would let them try what a redacted literal might be.
func (l links) version(share, hash string) string {
	return hex.EncodeToString(l.mac("keyhole version v1", share, hash))
}

// pseudonym is what an owner sees of who came: the same for the same visitor,
// another for another owner, and nothing of a key or an address.
func (l links) pseudonym(owner, caller string) string {
	return "vis_" + hex.EncodeToString(l.mac("keyhole visitor v1", owner, caller)[:10])
}
