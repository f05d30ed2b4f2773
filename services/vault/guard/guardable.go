package guard

import (
	"fmt"
	"slices"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
)

const (
	// guardableBody, in letters and digits, guardableBits and guardableDistinct are the
	// requirements of Guardable.
	guardableBody     = 12
	guardableDistinct = 6
)

// Guardable returns nil if a secret can be told from ordinary text, or an error for its owner. A
// secret that fails must not be used where its answer can reach a visitor: its echo would pass, or
// ordinary answers would be withheld.
func Guardable(s secret.Secret) error {
	raw := s.Expose()
	if len(raw) > maxSecret {
		return fmt.Errorf("the secret is longer than %d bytes", maxSecret)
	}
	parts := anatomy.Dissect(raw)
	body := anatomy.Body(parts)
	if n, _ := lane.Measure(parts); n < guardableBody {
		return fmt.Errorf("the secret has fewer than %d letters and digits that are not public: too short to be distinguished from ordinary text", guardableBody)
	}
	if strength(parts) < guardableBits || wordy(parts, body) || distinct(body) < guardableDistinct {
		return fmt.Errorf("the secret is too easy to guess: it consists of words, repeats itself, or has less than %d bits of entropy; "+
			"use a random one of 16 characters or more", guardableBits)
	}
	return nil
}

func distinct(b []byte) int {
	s := slices.Clone(b)
	slices.Sort(s)
	n := len(slices.Compact(s))
	clear(s)
	return n
}
