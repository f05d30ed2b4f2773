// Package colour parses the colours of definitions.
package colour

import (
	"errors"
	"image/color"
	"strconv"
	"strings"
)

// Parse parses #rgb, #rrggbb, rgb(r, g, b), bgr(b, g, r), or a name of the language.
func Parse(text string) (color.RGBA, error) {
	text = strings.ToUpper(strings.TrimSpace(text))
	if c, ok := namedColor(text); ok {
		return c, nil
	}
	if digits, ok := strings.CutPrefix(text, "#"); ok {
		return parseHex(digits)
	}
	for _, order := range []string{"RGB", "BGR"} {
		if inner, ok := strings.CutPrefix(text, order+"("); ok && strings.HasSuffix(inner, ")") {
			c, err := parseParts(strings.TrimSuffix(inner, ")"))
			if order == "BGR" {
				c.R, c.B = c.B, c.R
			}
			return c, err
		}
	}
	return color.RGBA{}, errNone
}

var errNone = errors.New(`not a colour: "#rrggbb", "rgb(r, g, b)", "bgr(b, g, r)" and WHITE, BLACK, GREY, RED, GREEN, BLUE, YELLOW, ROBOFLOW are known`)

func namedColor(name string) (color.RGBA, bool) {
	switch name {
	case "WHITE":
		return rgb(0xffffff), true
	case "BLACK":
		return rgb(0), true
	case "GREY":
		return rgb(0x808080), true
	case "RED":
		return rgb(0xff0000), true
	case "GREEN":
		return rgb(0x00ff00), true
	case "BLUE":
		return rgb(0x0000ff), true
	case "YELLOW":
		return rgb(0xffff00), true
	case "ROBOFLOW":
		return rgb(0xa351fb), true
	}
	return color.RGBA{}, false
}

func parseHex(digits string) (color.RGBA, error) {
	if len(digits) == 3 {
		digits = strings.Repeat(digits[:1], 2) + strings.Repeat(digits[1:2], 2) + strings.Repeat(digits[2:], 2)
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || len(digits) != 6 {
		return color.RGBA{}, errNone
	}
	return rgb(uint32(n)), nil
}

func parseParts(text string) (color.RGBA, error) {
	var parts [3]uint8
	fields := strings.Split(text, ",")
	if len(fields) != len(parts) {
		return color.RGBA{}, errNone
	}
	for i, field := range fields {
		n, err := strconv.ParseUint(strings.TrimSpace(field), 10, 8)
		if err != nil {
			return color.RGBA{}, errNone
		}
		parts[i] = uint8(n)
	}
	return color.RGBA{parts[0], parts[1], parts[2], 255}, nil
}

func rgb(n uint32) color.RGBA {
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}
