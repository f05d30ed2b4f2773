// Package value holds the values that travel between the steps of a workflow:
// pictures, detections, and the plain JSON values of the language.
//
// A plain value is one of nil, bool, int64, *big.Int, float64, string, []byte,
// []any, map[string]any and time.Time. Whole and fractional
// numbers are kept apart because the language does so: ToString of 3 and of 3.0
// differ. [Normal] brings anything a JSON decoder or a block may make into this
// form. Maps have no order; where a text is made from one, its keys are sorted.
//
// Values are immutable once they have been handed on: steps run side by side
// and read the same value. A step that changes one makes a copy first; the With
// and Select methods share what they leave alone.
//
// The package does no I/O and sets no limit on pictures: how they are decoded,
// and how large they may be, is the business of the [Codec] it is given.
package value
