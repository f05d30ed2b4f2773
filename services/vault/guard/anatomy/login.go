package anatomy

import (
	"bytes"
	"encoding/base64"
	"regexp"
)

// scheme is the public word before a token in a header.
var scheme = regexp.MustCompile(`(?i)^\s*(?:bearer|basic|token|apikey|api-key|bot)\s+`)

// withoutScheme returns a secret without the scheme of its header.
func withoutScheme(secret []byte) []byte {
	if rest := secret[len(scheme.Find(secret)):]; len(rest) > 0 {
		return rest
	}
	return secret
}

// leastLogin is the shortest base64 that can hold a name and a password, in bytes.
const leastLogin = 12

// password returns the password in the base64 of "name:password" (basic authentication), or nil.
// An answer may contain the password only; the decoders find its base64.
func password(secret []byte) []byte {
	if len(secret) < leastLogin {
		return nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(string(bytes.TrimRight(secret, "=")))
	if err != nil || bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil
	}
	_, after, _ := bytes.Cut(raw, []byte(":"))
	return after
}

// secretAddress matches an address in a key file that is a secret: it has a name and a password,
// or a part of at least 16 characters with a digit.
var secretAddress = regexp.MustCompile(`^https://(?:[^/?#]*@|[^/]+/.*(?:[\w-]{16,}[0-9]|[0-9][\w-]{16,}|[\w-]{8,}[0-9][\w-]{8,}))`)

// isPublicAddress reports the address of a page or a method, which grants no access.
func isPublicAddress(text []byte) bool {
	return bytes.HasPrefix(text, []byte("https://")) && !secretAddress.Match(text)
}
