package inspect

import (
	"encoding/base64"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/leak"
)

// HeaderValue is a header's value with a secret, split so that it can be joined to the same
// bytes again.
type HeaderValue struct {
	// Prefix is the text before the secret: "Bearer ".
	Prefix string
	Secret string
	// User is the user name of basic authentication. The password is then the secret.
	User  string
	Basic bool
}

// headerSchemes are prefixes of headers in their usual spelling. Other prefixes are left as
// part of the secret.
var headerSchemes = []string{"Bearer ", "Basic ", "Bot ", "Token ", "ApiKey ", "Key "}

// SplitHeader splits a header's value.
func SplitHeader(name, text string) HeaderValue {
	for _, scheme := range headerSchemes {
		if len(text) <= len(scheme) || !strings.EqualFold(text[:len(scheme)], scheme) {
			continue
		}
		prefix, rest := text[:len(scheme)], text[len(scheme):]
		if strings.ContainsAny(rest, " \t") {
			break
		}
		if user, password, ok := basic(name, prefix, rest); ok {
			return HeaderValue{Prefix: prefix, Secret: password, User: user, Basic: true}
		}
		return HeaderValue{Prefix: prefix, Secret: rest}
	}
	return HeaderValue{Secret: text}
}

// leastPassword is the shortest password of a login, in bytes. With a shorter one the name
// is the key: "KEY:", "KEY:x".
const leastPassword = 8

// basic decodes "user:password". ok is false if encoding it again gives another text, and if
// the user is a key: others see the user of a credential.
func basic(name, prefix, text string) (user, password string, ok bool) {
	if !strings.EqualFold(name, "Authorization") || prefix != "Basic " {
		return "", "", false
	}
	pair, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || base64.StdEncoding.EncodeToString(pair) != text {
		return "", "", false
	}
	user, password, ok = strings.Cut(string(pair), ":")
	plain := strings.ContainsFunc(user, func(r rune) bool { return r < ' ' || r == 0x7f })
	return user, password, ok && user != "" && len(password) >= leastPassword && !plain && !leak.Find(user)
}
