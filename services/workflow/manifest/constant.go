package manifest

import (
	"github.com/keyhole-dev/keyhole/services/workflow/document"
)

// Constant is a JSON value that keeps integers apart from floats.
type Constant struct {
	// Value is nil, bool, int64, float64, string, []any or map[string]any.
	Value any
}

// constantLimits are generous: constants come from manifests, not from strangers.
var constantLimits = document.Limits{Bytes: 1 << 20, Depth: 32, Text: 1 << 16, Values: 1 << 16}

// UnmarshalJSON reads any JSON value.
func (c *Constant) UnmarshalJSON(raw []byte) error {
	node, faults := document.Parse(raw, constantLimits)
	if len(faults) > 0 {
		return faults[0]
	}
	c.Value = node.Value()
	return nil
}

// MarshalJSON writes the value.
func (c Constant) MarshalJSON() ([]byte, error) { return document.Encode(c.Value) }

// IsZero leaves the key out when there is no default.
func (c Constant) IsZero() bool { return c.Value == nil }
