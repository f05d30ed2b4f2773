package definition

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Binding puts a credential of the owner into a slot, instead of the one that the version
// names.
type Binding struct {
	Step       string `json:"step"`
	Field      string `json:"field"`
	Credential string `json:"credential"` // its ID
}

// Bindings are those of one share, ordered by step and field. Each slot has one at most.
type Bindings []Binding

// ParseBindings reads the text of bindings. Unreadable text binds nothing.
func ParseBindings(text string) Bindings {
	var out Bindings
	if json.Unmarshal([]byte(text), &out) != nil {
		return nil
	}
	return out
}

// Text returns bindings as a share stores them, "" for none.
func (b Bindings) Text() string {
	if len(b) == 0 {
		return ""
	}
	return string(encoded(b))
}

// Choice identifies stored bindings, "" for none. The vault keeps it with the grant.
func Choice(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// With returns the definition with other credentials in its slots. A binding of a slot that
// the version does not have, or that an input fills, has no effect.
func (a *Analysis) With(b Bindings) *Analysis {
	if len(b) == 0 {
		return a
	}
	out := *a // all callers share a
	out.Slots = slices.Clone(a.Slots)
	for i, sl := range out.Slots {
		if at := slices.IndexFunc(b, sl.takes); at >= 0 {
			out.Slots[i].Credential = b[at].Credential
		}
	}
	return &out
}

// takes reports whether the owner may fill the slot with the credential of a binding.
func (s Slot) takes(b Binding) bool {
	return s.Input == "" && s.Step == b.Step && s.Field == b.Field
}

// Bindable reports whether the definition has the slot of a binding.
func (a *Analysis) Bindable(b Binding) bool {
	return slices.ContainsFunc(a.Slots, func(s Slot) bool { return s.takes(b) })
}
