package egress

import (
	"net/http"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress/headers"
	"github.com/keyhole-dev/keyhole/services/vault/egress/signature"
)

// Slots are the secrets of one request, each in another place.
type Slots []*Slot

// admit checks that the slots fit each other and a target. It returns the target that the request goes to.
func (ss Slots) admit(t target) (target, error) {
	places := map[string]bool{}
	for _, s := range ss {
		if err := s.Check(); err != nil {
			return t, err
		}
		if s.Kind == Mail {
			return t, refuse(RefusedRequest, "the credential is the password of a mail server, and goes only there")
		}
		if places[s.place()] {
			return t, refuse(RefusedRequest, "two credentials go to the same place of the request")
		}
		places[s.place()] = true
	}
	var err error
	if t.query, err = ss.clearQuery(t.query); err != nil {
		return t, err
	}
	for _, s := range ss {
		if t, err = s.readdress(t); err != nil {
			return t, err
		}
	}
	return ss.admitAccount(t)
}

// clearQuery removes the parameters of all query slots from a raw query.
func (ss Slots) clearQuery(raw string) (string, error) {
	for _, s := range ss {
		var err error
		if raw, err = s.clearQuery(raw); err != nil {
			return "", err
		}
	}
	return raw, nil
}

// place names the place of a slot. Two slots of a request cannot have the same place.
func (s *Slot) place() string {
	switch s.Kind {
	case Header:
		return "header " + http.CanonicalHeaderKey(s.Name)
	case Query:
		return "query " + strings.ToLower(s.Name)
	case Body:
		return "body " + s.Name
	case Address:
		return "address"
	case Account:
		return "account"
	default:
		return "header Authorization"
	}
}

func (ss Slots) fill(r *http.Request, sum string, now time.Time) {
	account := ""
	if s := ss.only(Account); s != nil {
		account = string(s.Secret.Expose())
	}
	for _, s := range ss {
		s.fill(r, account)
	}
	if key := ss.only(Signature); key != nil {
		signature.Sign(r, sum, now, account, key.Secret)
	}
}

// NeedBody reports whether the body must be in memory: a secret goes into it, or signs it.
func (ss Slots) NeedBody() bool { return ss.only(Body) != nil || ss.only(Signature) != nil }

func (ss Slots) exclude(key string) bool {
	for _, s := range ss {
		if s.excludes(key) {
			return true
		}
	}
	return false
}

func (ss Slots) hidden() []secret.Secret {
	out := make([]secret.Secret, len(ss))
	for i, s := range ss {
		out[i] = s.Hidden()
	}
	return out
}

// excludes reports whether this slot forbids a header of the caller.
func (s *Slot) excludes(key string) bool {
	return headers.Excluded(key) ||
		(s.Kind == Header && key == http.CanonicalHeaderKey(s.Name)) || s.Kind == Signature && strings.HasPrefix(key, "X-Amz-")
}
