package guard

import (
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/guard/anatomy"
	"github.com/keyhole-dev/keyhole/services/vault/guard/view"
)

// Body returns what identifies the body of a secret: its private letters and digits, as
// one symbol (0-35) each. Positions of a Piece count these symbols. "sk-x" and "Bearer
// sk-x" have one body. A secret without private letters and digits is its own body.
func Body(s secret.Secret) secret.Secret {
	var norm view.Normaliser
	symbols := norm.Append(nil, anatomy.Body(anatomy.Dissect(s.Expose())))
	if len(symbols) == 0 {
		symbols = append(symbols, s.Expose()...)
	}
	return secret.New(symbols)
}
