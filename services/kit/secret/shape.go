package secret

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxBrought bounds a credential that a run brings along, in bytes: a key or a token,
// and no key file. Whoever has a link may bring one, and each is compiled to a guard.
const MaxBrought = 4 << 10

// Unfit says, for people, why a text cannot be a credential: what no request can carry,
// and what a form shows in place of one. It is "" for one that may be, and never quotes it.
func Unfit[T string | []byte](raw T) string {
	text := string(raw)
	switch {
	case text == "":
		return "it is empty"
	case !utf8.ValidString(text):
		return "it is not text"
	case strings.TrimSpace(text) != text:
		return "it begins or ends with white space, which came along by mistake"
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }):
		return "it has control characters in it"
	case strings.Trim(text, "*•·.xX-_ ") == "", strings.HasPrefix(text, "__n8n_BLANK_VALUE_"):
		return "it is what a form shows in place of a secret"
	case isMasked(text):
		return "it is shortened or masked, as a form or a log shows a secret; give the whole of it"
	case isPlaceholder(text):
		return "it is a placeholder where a secret is to be filled in; give the secret itself"
	case text == "[secret]" || strings.HasPrefix(text, "$credentials") || strings.HasPrefix(text, "$inputs."):
		return "it is a placeholder or a reference"
	}
	return ""
}

// UnfitToBring is Unfit of one that a run brings along: it is short and has one line.
func UnfitToBring[T string | []byte](raw T) string {
	if len(raw) > MaxBrought {
		return fmt.Sprintf("it is longer than %d bytes", MaxBrought)
	}
	if why := Unfit(raw); why != "" {
		return why
	}
	if strings.ContainsAny(string(raw), "\r\n\t") {
		return "it has more than one line, or a tab in it"
	}
	return ""
}
