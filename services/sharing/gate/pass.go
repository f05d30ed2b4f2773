package gate

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// passLife is how long a pass opens its link.
const passLife = 12 * time.Hour

// A pass is its prefix and, in base64, what it proves (1 byte), when it expires (8 bytes, Unix
// seconds) and a MAC over both and the link.
const (
	passHead  = 1 + 8
	passBytes = passHead + macBytes
	macBytes  = 24
)

// issue makes a pass for what its holder has proved.
func (k *Keeper) issue(l Link, proved demand, until time.Time) string {
	head := make([]byte, passHead, passBytes)
	head[0] = byte(proved)
	binary.BigEndian.PutUint64(head[1:], uint64(until.Unix()))
	return rpc.PassPrefix + base64.RawURLEncoding.EncodeToString(append(head, k.mac(l, head)...))
}

// proved is what a pass proves for a link now: nothing if it is not one, or is not of this link and
// this gate.
func (k *Keeper) proved(l Link, pass string, now time.Time) demand {
	text, ok := strings.CutPrefix(pass, rpc.PassPrefix)
	if !ok || l.Stopped || len(text) != base64.RawURLEncoding.EncodedLen(passBytes) {
		return 0
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || !hmac.Equal(raw[passHead:], k.mac(l, raw[:passHead])) {
		return 0
	}
	if uint64(now.Unix()) >= binary.BigEndian.Uint64(raw[1:passHead]) {
		return 0
	}
	return demand(raw[0])
}

func (k *Keeper) mac(l Link, head []byte) []byte {
	return k.links.PassMAC(l.Share, l.LinkEpoch, l.Epoch, head)[:macBytes]
}
