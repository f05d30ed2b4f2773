package definition

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

// Hash returns the SHA-256 of canonical bytes in hexadecimal.
func Hash(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Canonical returns the bytes of a definition that are stored and hashed: the bytes of the
// request without the wrappers that other programs add.
func Canonical(definition []byte) ([]byte, error) {
	if !IsSet(definition) {
		return nil, errs.InvalidArgument("a definition is needed: an object with version, inputs, steps and outputs").WithReason(errorsv1.Reason_REASON_DEFINITION_INVALID).
			Field("definition", "is missing")
	}
	raw, problems := workflow.Unwrap(definition)
	if len(problems) > 0 {
		return nil, Invalid(problems)
	}
	return raw, nil
}

// IsSet reports whether a field holds a definition. The JSON null is none.
func IsSet(definition []byte) bool {
	raw := bytes.TrimSpace(definition)
	return len(raw) > 0 && string(raw) != "null"
}
