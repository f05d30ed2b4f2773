package contract

import (
	"strings"
	"unicode"
)

// Plain returns a text of a stranger in one line, at most n characters, without what people
// cannot see: control characters, marks of direction, and tags, in which a text can say
// something else to a program than to its reader.
func Plain(text string, n int) string {
	var b strings.Builder
	count := 0
	for _, c := range strings.Join(strings.Fields(text), " ") {
		if unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Co, unicode.Cs, unicode.Variation_Selector) {
			continue
		}
		if count == n {
			b.WriteString("…")
			break
		}
		b.WriteRune(c)
		count++
	}
	return b.String()
}
