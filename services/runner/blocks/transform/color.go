package transform

import (
	"image/color"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
)

// named are the colours that definitions may use by name, in addition to #rrggbb, rgb(r, g, b) and
// [r, g, b].
var named = map[string]color.RGBA{
	"BLACK": {0, 0, 0, 255}, "WHITE": {255, 255, 255, 255}, "GREY": {128, 128, 128, 255},
	"RED": {255, 0, 0, 255}, "GREEN": {0, 255, 0, 255}, "BLUE": {0, 0, 255, 255},
	"YELLOW": {255, 255, 0, 255}, "ROBOFLOW": {163, 81, 251, 255},
}

func parseColor(v any) (color.RGBA, error) {
	if parts, ok := v.([]any); ok {
		return fromParts(parts)
	}
	text, _ := v.(string)
	text = strings.ToUpper(strings.TrimSpace(text))
	if known, ok := named[text]; ok {
		return known, nil
	}
	if digits, ok := strings.CutPrefix(text, "#"); ok {
		return fromHex(digits)
	}
	if inner, ok := strings.CutPrefix(text, "RGB("); ok {
		var parts []any
		for part := range strings.SplitSeq(strings.TrimSuffix(inner, ")"), ",") {
			n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
			if err != nil {
				return color.RGBA{}, noColor()
			}
			parts = append(parts, n)
		}
		return fromParts(parts)
	}
	return color.RGBA{}, noColor()
}

func noColor() error {
	return engine.Failf(engine.QueryInput, `background_color must be a colour: "#rrggbb", "rgb(r, g, b)", [r, g, b] or a name`)
}

func fromParts(parts []any) (color.RGBA, error) {
	if c, ok := argument.RGB(parts); ok {
		return c, nil
	}
	return color.RGBA{}, noColor()
}

func fromHex(digits string) (color.RGBA, error) {
	if len(digits) == 3 {
		digits = strings.Repeat(digits[:1], 2) + strings.Repeat(digits[1:2], 2) + strings.Repeat(digits[2:], 2)
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		return color.RGBA{}, noColor()
	}
	return color.RGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255}, nil
}
