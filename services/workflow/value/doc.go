// Package value holds the values that pass between the steps of a workflow: pictures,
// detections, and the plain JSON values of the language.
//
// A plain value is one of nil, bool, int64, *big.Int, float64, string, []byte, []any,
// map[string]any and time.Time. Whole numbers and floats are distinct, because the language
// distinguishes them: ToString of 3 and of 3.0 differ. [Normal] converts values of a JSON
// decoder or a block to plain values. Maps have no order; texts made of them have sorted
// keys.
//
// Values are immutable once they are passed on, because concurrent steps read the same
// value. A step that changes a value copies it first. The With and Select methods share
// unchanged parts.
//
// The package does no I/O and sets no limits on pictures. The [Codec] decodes them and
// bounds their size.
package value
