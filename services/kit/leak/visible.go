package leak

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// visible drops characters that nobody sees, and writes wide letters and tag characters as
// ordinary ones.
func visible(text string) string {
	if isASCII(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r >= 0xe0020 && r <= 0xe007e:
			return r - 0xe0000
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), r == 0x34f, r == 0x115f, r == 0x3164:
			return -1
		}
		return r
	}, text)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
