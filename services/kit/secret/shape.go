package secret

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxBrought is the maximum size in bytes of a credential in a run's inputs. It fits a key
// or a token, but no key file. Every visitor may send one, and a guard is compiled for each.
const MaxBrought = 4 << 10

// WhyInvalid explains why a text is not a valid credential: no request can carry it, or it is
// the placeholder of a form. It is "" for a valid one, and never quotes the text.
func WhyInvalid[T string | []byte](raw T) string {
	text := string(raw)
	switch {
	case text == "":
		return "it is empty"
	case !utf8.ValidString(text):
		return "it is not text"
	case strings.TrimSpace(text) != text:
		return "it starts or ends with white space"
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f }):
		return "it contains control characters"
	case strings.Trim(text, "*•·.xX-_ ") == "", strings.HasPrefix(text, "__n8n_BLANK_VALUE_"):
		return "it is the text that a form shows in place of a secret"
	case isMasked(text):
		return "it is shortened or masked, as in a form or a log; copy the whole secret"
	case isPlaceholder(text):
		return "it is a placeholder for a secret; enter the secret itself"
	case text == "[secret]" || strings.HasPrefix(text, "$credentials") || strings.HasPrefix(text, "$inputs."):
		return "it is a placeholder or a reference"
	}
	return ""
}

// WhyInvalidInput is WhyInvalid for a credential in a run's inputs, which must be short and have
// one line.
func WhyInvalidInput[T string | []byte](raw T) string {
	if len(raw) > MaxBrought {
		return fmt.Sprintf("it is longer than %d bytes", MaxBrought)
	}
	if why := WhyInvalid(raw); why != "" {
		return why
	}
	if strings.ContainsAny(string(raw), "\r\n\t") {
		return "it contains a line break or a tab"
	}
	return ""
}
