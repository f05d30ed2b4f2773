package egress

import (
	"bytes"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard"
)

// readdress puts the secret of an Address in the place of a target. Nothing of the
// target stands before it; its path and its query come after.
func (s *Slot) readdress(t target) (target, error) {
	if s.Kind != Address {
		return t, nil
	}
	own, err := parse(string(s.Secret.Expose()))
	if err != nil {
		return t, err
	}
	if own.Destination != t.Destination {
		return t, refuse(RefusedDestination, "the credential is an address at another host")
	}
	if t.path != "/" {
		own.path = strings.TrimRight(own.path, "/") + t.path
	}
	switch {
	case own.query == "":
		own.query = t.query
	case t.query != "":
		own.query += "&" + t.query
	}
	return own, nil
}

// Hidden is the part of the secret that answers must not contain. For an address this is
// each part after its host that can be guarded, and each label of the host that is a token,
// in one text. If there is none, it is the longest part. Other parts name things (a version,
// a team) that answers may repeat.
func (s *Slot) Hidden() secret.Secret {
	if s.Kind != Address {
		return s.Secret
	}
	return secret.New(bytes.Join(s.hiddenParts(), []byte("/")))
}

// hostTokens are the labels of an address's host that are secrets.
func hostTokens(parts [][]byte) (tokens [][]byte) {
	if len(parts) == 0 {
		return nil
	}
	for _, label := range leak.HostTokens(string(parts[0])) {
		tokens = append(tokens, []byte(label))
	}
	return tokens
}

// hiddenParts are those of an address. The longest part may be public while a shorter one is the key.
func (s *Slot) hiddenParts() [][]byte {
	_, rest, ok := bytes.Cut(s.Secret.Expose(), []byte("://"))
	if !ok {
		return [][]byte{s.Secret.Expose()}
	}
	parts := bytes.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune("/?&=", r) })
	var longest []byte
	worth := hostTokens(parts)
	for _, part := range parts[min(1, len(parts)):] {
		if len(part) > len(longest) {
			longest = part
		}
		if guard.Guardable(secret.New(bytes.Clone(part))) == nil {
			worth = append(worth, part)
		}
	}
	if worth == nil {
		return [][]byte{longest}
	}
	return worth
}

// inAddress reports whether a target repeats the secret of an Address.
func (ss Slots) inAddress(t target) bool {
	for _, s := range ss {
		if s.Kind != Address {
			continue
		}
		for _, part := range s.hiddenParts() {
			if len(part) > 0 && strings.Contains(t.path+"?"+t.query, string(part)) {
				return true
			}
		}
	}
	return false
}
