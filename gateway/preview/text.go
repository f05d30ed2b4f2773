package preview

import (
	"image/color"
	"sort"
	"strings"
	"unicode"

	"github.com/keyhole-dev/keyhole/services/kit/typeface"
)

// text writes one line and shortens it with an ellipsis if it does not fit.
func (c *canvas) text(face *typeface.Face, text string, x, y, room float64, with color.RGBA) {
	face.Draw(c.RGBA, fit(face, plainLine(text), room), x, y, with)
}

// maxLine is more runes than fit at any size. It bounds the cost of a long title.
const maxLine = 200

func plainLine(text string) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text))
	return string(runes[:min(len(runes), maxLine)])
}

func fit(face *typeface.Face, text string, room float64) string {
	if face.Width(text) <= room {
		return text
	}
	runes := []rune(text)
	// A binary search, because shaping costs too much to try every length.
	fits := sort.Search(len(runes), func(n int) bool { return face.Width(shortened(runes, n)) > room }) - 1
	if fits < 1 {
		return ""
	}
	return shortened(runes, fits)
}

func shortened(runes []rune, n int) string { return strings.TrimRight(string(runes[:n]), " ") + "…" }
