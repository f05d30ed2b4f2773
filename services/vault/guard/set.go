package guard

import (
	"errors"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

const (
	// maxSecret bounds one secret, and maxTogether the secrets of one Set, in bytes.
	maxSecret   = 16 << 10
	maxTogether = 64 << 10
)

var errTooLarge = errors.New("the secrets are too long to be guarded together")

// Set is the compiled secrets of one call or run. It is safe for concurrent use. An API key
// takes 1 to 3 ms to compile and 80 to 300 KB; a key file of 4096 bits takes about 10 ms and
// 1 MB. So keep a Set as long as the version of the credential is in use, and drop it with
// the credential. It contains the secrets. It is left to the garbage collector, because a
// stream may still use it.
type Set struct {
	*plan // behind a pointer, so that printing a Set shows an address
}

type plan struct {
	index *lane.Index
	rules []rule
	// octets means that a secret has octets that are not text.
	octets bool
}

// New compiles secrets. It leaves out those that are too short or too weak to be told from
// ordinary text; call Guardable first where that matters.
func New(secrets ...secret.Secret) (*Set, error) {
	s := &plan{rules: make([]rule, len(secrets))}
	parts := make([][]lane.Part, len(secrets))
	together := 0
	for i, v := range secrets {
		raw := v.Expose()
		if together += len(raw); len(raw) > maxSecret || together > maxTogether {
			return nil, errTooLarge
		}
		if dissected := anatomy.Dissect(raw); strength(dissected) >= minBits {
			parts[i] = dissected
			s.octets = s.octets || hasOctets(dissected)
		}
	}
	if s.index = lane.New(parts); s.index.Full() {
		return nil, errTooLarge
	}
	for i := range s.rules {
		s.rules[i] = ruleOf(parts[i], s.index.BodySymbols(i))
	}
	return &Set{s}, nil
}

// Size is the memory of the Set, in bytes.
func (s *Set) Size() int { return s.index.Size() }

// BodySymbols is the length of a secret's normalised body: its private letters and digits.
// Positions of a Piece are less than it.
func (s *Set) BodySymbols(secret int) int {
	if s == nil || secret < 0 || secret >= len(s.rules) {
		return 0
	}
	return s.rules[secret].symbols
}

// ruleOf returns the rule for a body.
func ruleOf(parts []lane.Part, symbols int) rule {
	body := anatomy.Body(parts)
	return rule{symbols: symbols, hex: isHex(body), wordy: wordy(parts, body)}
}
