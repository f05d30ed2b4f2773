package typeface

import "golang.org/x/text/unicode/bidi"

type strength int

const (
	neutral strength = iota
	leftToRight
	rightToLeft
)

// strong returns the direction that a first character gives to its line (UAX #9, rules P2
// and P3).
func strong(r rune) strength {
	properties, _ := bidi.LookupRune(r)
	switch properties.Class() {
	case bidi.L:
		return leftToRight
	case bidi.R, bidi.AL:
		return rightToLeft
	}
	return neutral
}
