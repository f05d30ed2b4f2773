package inspect

import (
	"encoding/base64"
	"strings"
)

// HeaderValue is a header that holds a secret, taken apart so that the same bytes come
// together again.
type HeaderValue struct {
	// Prefix stands before the secret: "Bearer ".
	Prefix string
	Secret string
	// User is that of basic authentication, whose password then is the secret.
	User  string
	Basic bool
}

// prefixes of headers, as they are written most. Others are part of the secret, which
// goes back as it came.
var headerSchemes = []string{"Bearer ", "Basic ", "Bot ", "Token ", "ApiKey ", "Key "}

// SplitHeader takes a header's value apart.
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

// basic reads "user:password" where writing it again gives the same text.
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
	return user, password, ok && user != "" && password != "" && !plain
}
