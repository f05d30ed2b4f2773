package ledger

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"
)

// Conditions are the conditions that a run was admitted under. It must end when one of
// them no longer holds.
type Conditions struct {
	// Epoch is the epoch of the run's link.
	Epoch int64 `json:"e,omitempty"`
	// Gate is the epoch of the gate that its caller passed, nil for the owner's own workspace and
	// for runs that were admitted before links had gates.
	Gate *int64 `json:"g,omitempty"`
	// Owner reports that the owner's key pays, Hidden that the run uses the owner's
	// credentials.
	Owner  bool `json:"o,omitempty"`
	Hidden bool `json:"h,omitempty"`
	// Sample is the title of the sample whose result is stored, nil for other runs.
	Sample *string `json:"s,omitempty"`
	// Proof is the SHA-256 of the secret of the runner that the run was authorized for.
	Proof []byte `json:"p"`
}

// ProvenBy reports whether the secret is that of the run's runner.
func (c Conditions) ProvenBy(secret []byte) bool {
	sum := sha256.Sum256(secret)
	return subtle.ConstantTimeCompare(sum[:], c.Proof) == 1
}

// Conditions reads the conditions in the row of a run.
func (r *Run) Conditions() (conditions Conditions, err error) {
	if err := json.Unmarshal([]byte(r.Rights), &conditions); err != nil {
		return conditions, fmt.Errorf("read the conditions of a run: %w", err)
	}
	return conditions, nil
}

// Text returns the conditions as a row stores them.
func (c Conditions) Text() string { return encode(c) }

// encode returns the JSON of a plain struct.
func encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("ledger: a plain struct always encodes: %v", err))
	}
	return string(raw)
}
