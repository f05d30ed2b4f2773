package sharing

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/workflow"
)

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// documentOf is the definition as the bytes that are stored and hashed: those that
// came, without what other programs wrap around them.
func documentOf(definition []byte) ([]byte, error) {
	if !given(definition) {
		return nil, errs.InvalidArgument(errorsv1.Reason_REASON_DEFINITION_INVALID, "a definition is needed: an object with version, inputs, steps and outputs").
			Field("definition", "is missing")
	}
	raw, problems := workflow.Unwrap(definition)
	if len(problems) > 0 {
		return nil, broken(problems)
	}
	return raw, nil
}

// given tells whether a field holds a definition. JSON's null is none.
func given(definition []byte) bool {
	raw := bytes.TrimSpace(definition)
	return len(raw) > 0 && string(raw) != "null"
}
