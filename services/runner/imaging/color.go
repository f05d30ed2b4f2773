package imaging

import (
	"image/color"

	"github.com/keyhole-dev/keyhole/services/workflow/colour"
)

// ParseColor parses a colour of a definition.
func ParseColor(text string) (color.RGBA, error) { return colour.Parse(text) }

func rgb(n uint32) color.RGBA {
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}
