package anatomy

import (
	"bytes"
	"encoding/base64"
	"regexp"
)

// scheme is what stands before a token in a header. Everybody knows it.
var scheme = regexp.MustCompile(`(?i)^\s*(?:bearer|basic|token|apikey|api-key|bot)\s+`)

// withoutScheme is a secret without the scheme of its header.
func withoutScheme(secret []byte) []byte {
	if rest := secret[len(scheme.Find(secret)):]; len(rest) > 0 {
		return rest
	}
	return secret
}

// leastLogin is the shortest base64 that may hold a name and a password, in bytes.
const leastLogin = 12

// password is the password in the base64 of "name:password", as basic authentication
// writes it, or nil. An answer may repeat the password alone; a text that has it in base64
// is decoded too.
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

// secretAddress has what makes an address in a key file more than public: a name and a
// password, or a part of 16 characters and more that has a digit, as a token does.
var secretAddress = regexp.MustCompile(`^https://(?:[^/?#]*@|[^/]+/.*(?:[\w-]{16,}[0-9]|[0-9][\w-]{16,}|[\w-]{8,}[0-9][\w-]{8,}))`)

// isPublicAddress reports an address that opens nothing: that of a page or of a method.
func isPublicAddress(text []byte) bool {
	return bytes.HasPrefix(text, []byte("https://")) && !secretAddress.Match(text)
}
