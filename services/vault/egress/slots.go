package egress

import (
	"net/http"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
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
	return t, nil
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
	default:
		return "header Authorization"
	}
}

func (ss Slots) fill(r *http.Request) {
	for _, s := range ss {
		s.fill(r)
	}
}

// InBody reports whether a secret goes into the body.
func (ss Slots) InBody() bool {
	return slices.ContainsFunc(ss, func(s *Slot) bool { return s.Kind == Body })
}

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
	return secretHeaders[key] || steeringHeaders[key] || strings.HasPrefix(key, "X-Forwarded-") ||
		(s.Kind == Header && key == http.CanonicalHeaderKey(s.Name))
}
