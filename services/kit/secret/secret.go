package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// redacted is printed instead of a Secret.
const redacted = "[secret]"

// Secret is a byte string that fmt, log/slog and encoding/json cannot show. The zero Secret
// is empty. Copies share the same bytes, so Destroy on one empties all. Secrets cannot be
// compared with ==, because that would not be constant-time: it does not compile.
type Secret struct {
	bytes func() *[]byte
}

// New takes ownership of b. The caller must not keep or change it.
func New(b []byte) Secret {
	return Secret{bytes: func() *[]byte { return &b }}
}

// FromString copies s. The string itself stays in memory until it is collected, so prefer
// New if you have bytes.
func FromString(s string) Secret {
	return New([]byte(s))
}

// Expose returns the bytes themselves, not a copy. It is the only access to them, so a
// search for its name finds every use.
func (s Secret) Expose() []byte {
	if s.bytes == nil {
		return nil
	}
	return *s.bytes()
}

// Len returns the number of bytes.
func (s Secret) Len() int { return len(s.Expose()) }

// IsZero reports whether the Secret is empty. encoding/json's omitzero uses it.
func (s Secret) IsZero() bool { return s.Len() == 0 }

// Equal compares in constant time, independent of content and length.
func (s Secret) Equal(o Secret) bool {
	a, b := sha256.Sum256(s.Expose()), sha256.Sum256(o.Expose())
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Destroy overwrites the bytes. Every copy of the Secret is then empty. No other goroutine
// may use the bytes meanwhile.
func (s Secret) Destroy() {
	if s.bytes == nil {
		return
	}
	p := s.bytes()
	clear((*p)[:cap(*p)])
	*p = nil
}

// String implements fmt.Stringer.
func (s Secret) String() string { return redacted }

// GoString implements fmt.GoStringer, for %#v.
func (s Secret) GoString() string { return redacted }

// Format implements fmt.Formatter, so that no verb reaches the bytes.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText implements encoding.TextMarshaler, which JSON, YAML and XML use.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// GobEncode fails, because gob has no safe way to omit a value.
func (s Secret) GobEncode() ([]byte, error) {
	return nil, errors.New("a secret cannot be encoded")
}
