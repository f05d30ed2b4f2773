package identity

import (
	"crypto/sha256"
	"time"
)

const (
	// Skew is the accepted clock difference. A token is valid this long before nbf and
	// after exp.
	Skew        = 5 * time.Second
	cacheTokens = 2048
)

// verified is a checked token.
type verified struct {
	service string
	typ     string
	payload []byte
	from    time.Time
	until   time.Time
	value   any // the claims that VerifyAs decoded
}

// signed remembers the tokens that identities of this process signed. Their signature and certificate need no check
// in this process; what differs between uses, as the type, the signer and the time, is checked each time. A token of
// another process is never in it.
type signed struct {
	tokens *recent[[sha256.Size]byte, *own]
}

// own is a token that this process signed.
type own struct {
	verified
	// valid reports whether the signer still has the credential that it signed with. A reload replaces the
	// credential, so after it every older token is checked against the new trust bundle.
	valid func() bool
}

func newSigned() *signed {
	return &signed{tokens: newRecent[[sha256.Size]byte, *own](cacheTokens)}
}

func (s *signed) remember(token string, o *own) { s.tokens.put(sha256.Sum256([]byte(token)), o) }

// get returns a token of a type that this process signed, or nil.
func (s *signed) get(token, typ string) *verified {
	if o, ok := s.tokens.get(sha256.Sum256([]byte(token))); ok && o.typ == typ && o.valid() {
		return &o.verified
	}
	return nil
}

// decoded keeps the claims of a token that get returns. It reports false for any other token.
func (s *signed) decoded(token string, t *verified) bool {
	key := sha256.Sum256([]byte(token))
	o, ok := s.tokens.get(key)
	if !ok || o.typ != t.typ || !o.valid() {
		return false
	}
	s.tokens.put(key, &own{verified: *t, valid: o.valid})
	return true
}

// lifeOf is when a token is accepted: as its times say, while its certificate is valid.
func lifeOf(notBefore, expiry int64, certFrom, certUntil time.Time) (from, until time.Time) {
	if from = time.Unix(notBefore, 0).Add(-Skew); from.Before(certFrom) {
		from = certFrom
	}
	return from, earlier(time.Unix(expiry, 0).Add(Skew), certUntil)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
