package egress

import (
	"net/http"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// Slots are the secrets of one request, each with a place of its own.
type Slots []*Slot

// admit checks the slots against each other and against a target, and says where the
// request goes with them.
func (ss Slots) admit(t target) (target, error) {
	places := map[string]bool{}
	for _, s := range ss {
		if err := s.Check(); err != nil {
			return t, err
		}
		if places[s.takes()] {
			return t, refuse(RefusedRequest, "two credentials go to the same place of the request")
		}
		places[s.takes()] = true
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

// clearQuery drops the caller's copies of all query slots.
func (ss Slots) clearQuery(raw string) (string, error) {
	for _, s := range ss {
		var err error
		if raw, err = s.clearQuery(raw); err != nil {
			return "", err
		}
	}
	return raw, nil
}

// takes names the place that a slot takes alone.
func (s *Slot) takes() string {
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

// InBody reports whether one of them goes into the body.
func (ss Slots) InBody() bool {
	return slices.ContainsFunc(ss, func(s *Slot) bool { return s.Kind == Body })
}

func (ss Slots) displace(key string) bool {
	for _, s := range ss {
		if s.displaces(key) {
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
