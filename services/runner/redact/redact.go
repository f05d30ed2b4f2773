// Package redact removes the secrets of a run from its outputs.
//
// It is the second line of defence. The first is that the vault takes each secret before
// the run begins, and that its egress searches each answer. So this package looks for whole
// secrets, plain or in the usual encodings of text, and not for fragments.
package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Mark stands where a secret was.
const Mark = "[secret removed]"

// shortest is the length of the shortest secret that is searched for. Shorter ones would
// match innocent text, and the guard could not protect them either.
const shortest = 6

// Redactor holds the secrets of one run. The zero Redactor holds none and changes nothing.
// Add all secrets before goroutines share it.
type Redactor struct {
	// patterns are sorted by length, longest first, so that an encoding is removed whole,
	// before any part of it.
	patterns []string
}

// Add makes the redactor search for a secret.
func (r *Redactor) Add(secret string) {
	if len(secret) < shortest {
		return
	}
	for _, pattern := range forms(secret) {
		if len(pattern) >= shortest && !slices.Contains(r.patterns, pattern) {
			r.patterns = append(r.patterns, pattern)
		}
	}
	slices.SortFunc(r.patterns, func(a, b string) int { return len(b) - len(a) })
}

// forms returns the secret and its encodings.
func forms(secret string) []string {
	raw := []byte(secret)
	lower := hex.EncodeToString(raw)
	all := []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), lower, strings.ToUpper(lower), reversed(secret),
	}
	if quoted, err := json.Marshal(secret); err == nil {
		all = append(all, string(bytes.Trim(quoted, `"`)))
	}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for shift := range 3 {
			all = append(all, inner(encoding, raw, shift))
		}
	}
	return all
}

// inner returns the part of a base64 text that depends on the secret alone, if the secret
// starts shift bytes after the start of a group of three.
func inner(encoding *base64.Encoding, raw []byte, shift int) string {
	text := encoding.EncodeToString(append(make([]byte, shift), raw...))
	first := []int{0, 2, 3}[shift]
	last := (shift + len(raw)) * 8 / 6
	if last <= first {
		return ""
	}
	return text[first:last]
}

func reversed(s string) string {
	runes := []rune(s)
	slices.Reverse(runes)
	return string(runes)
}

// Text returns s without secrets.
func (r *Redactor) Text(s string) string {
	for _, pattern := range r.patterns {
		if strings.Contains(s, pattern) {
			s = strings.ReplaceAll(s, pattern, Mark)
		}
	}
	return s
}

// Value returns a JSON value without secrets in its strings and keys. A value without
// secrets is returned as it is; otherwise the result is a copy.
func (r *Redactor) Value(v any) any {
	if len(r.patterns) == 0 {
		return v
	}
	switch v := v.(type) {
	case string:
		return r.Text(v)
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = r.Value(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			out[r.Text(key)] = r.Value(item)
		}
		return out
	}
	return v
}

// Forget drops the secrets after the run.
func (r *Redactor) Forget() {
	clear(r.patterns)
	r.patterns = nil
}
