package value

import (
	"errors"
	"fmt"
)

// Secret is a text that no print, log or encoder shows. The text sits behind a
// pointer because fmt reads unexported fields of the structs around it.
type Secret struct{ text *string }

// NewSecret hides a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Expose returns the text, for the one place that must send it.
func (s Secret) Expose() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Format writes the mask for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(maskAll)) }

// MarshalJSON refuses: a secret leaves only through [Serializer].
func (s Secret) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a secret cannot be written as JSON")
}

const maskAll = "********"

// mask shows two letters at each end of a text of eight or more.
func mask(text string) string {
	runes := []rune(text)
	if len(runes) < len(maskAll) {
		return maskAll
	}
	return string(runes[:2]) + maskAll + string(runes[len(runes)-2:])
}
