package anatomy

import (
	"bytes"
	"encoding/base64"
	"regexp"

	"github.com/keyhole-dev/keyhole/services/vault/guard/lane"
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

// login returns what is secret of "name:password" in base64, as basic authentication writes
// it, or nil. That is the password. It is the name too if the name is a key: some services
// take "KEY:" or "KEY:x". An answer may repeat each alone. A text that has them in base64
// is decoded too.
func login(secret []byte) []lane.Part {
	if len(secret) < leastLogin {
		return nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(string(bytes.TrimRight(secret, "=")))
	if err != nil || bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil
	}
	name, password, ok := bytes.Cut(raw, []byte(":"))
	var parts []lane.Part
	if ok && (isKey(name) || len(password) == 0) && len(name) > 0 {
		parts = append(parts, token(name))
	}
	if len(password) > 0 {
		parts = append(parts, token(password))
	}
	return parts
}

// leastKey is the shortest name of a login that may be a key, in bytes.
const leastKey = 16

// isKey reports whether the name of a login looks like a key: a long word with digits.
func isKey(name []byte) bool {
	return len(name) >= leastKey && !bytes.ContainsAny(name, "@ ") && bytes.ContainsAny(name, "0123456789")
}

// secretAddress matches an address in a key file that is a secret: it has a name and a password,
// or a part of at least 16 characters with a digit.
var secretAddress = regexp.MustCompile(`^https://(?:[^/?#]*@|[^/]+/.*(?:[\w-]{16,}[0-9]|[0-9][\w-]{16,}|[\w-]{8,}[0-9][\w-]{8,}))`)

// isPublicAddress reports the address of a page or a method, which grants no access.
func isPublicAddress(text []byte) bool {
	return bytes.HasPrefix(text, []byte("https://")) && !secretAddress.Match(text)
}
