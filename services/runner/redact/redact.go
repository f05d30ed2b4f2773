// Package redact removes the secrets that a run brought in from what the run
// gives out.
//
// It is the second line. The first is that a secret goes to the vault before
// anything of the run begins, and that the vault's egress guards what comes
// back; so this looks for a whole secret, as it is or in the encodings that
// texts are usually put in, and not for fragments.
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

// shortest is the length from which a secret is looked for. What is shorter
// would be found in innocent text, and could not be guarded anyway.
const shortest = 6

// Redactor knows the secrets of one run. The zero Redactor knows none and gives
// everything back as it is. It is built before it is shared.
type Redactor struct {
	// patterns are ordered by length, longest first, so that an encoding is
	// removed whole before a part of it is.
	patterns []string
}

// Add makes the redactor look for a secret.
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

// forms are the secret and its encodings.
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

// inner is the part of the base64 of any text around the secret that depends on
// the secret alone, if the secret begins shift bytes after a group's start.
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

// Text is s without secrets.
func (r *Redactor) Text(s string) string {
	for _, pattern := range r.patterns {
		if strings.Contains(s, pattern) {
			s = strings.ReplaceAll(s, pattern, Mark)
		}
	}
	return s
}

// Value is a JSON value without secrets, in texts and in keys. What holds none
// comes back as it is; what does is copied.
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

// Forget drops the secrets, once the run is over.
func (r *Redactor) Forget() {
	clear(r.patterns)
	r.patterns = nil
}
