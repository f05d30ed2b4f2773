package egress

import (
	"bytes"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
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

// Hidden is the part of the secret that answers must not hold. Of an address that is the
// longest part after its host: the others name things (a version, a team) that answers
// may well repeat.
func (s *Slot) Hidden() secret.Secret {
	raw := s.Secret.Expose()
	at := bytes.Index(raw, []byte("://"))
	if s.Kind != Address || at < 0 {
		return s.Secret
	}
	parts := bytes.FieldsFunc(raw[at+3:], func(r rune) bool { return strings.ContainsRune("/?&=", r) })
	longest := []byte(nil)
	for _, part := range parts[min(1, len(parts)):] {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return secret.New(bytes.Clone(longest))
}

// inAddress reports whether a target repeats the secret of an Address.
func (ss Slots) inAddress(t target) bool {
	for _, s := range ss {
		hidden := string(s.Hidden().Expose())
		if s.Kind == Address && hidden != "" && strings.Contains(t.path+"?"+t.query, hidden) {
			return true
		}
	}
	return false
}
