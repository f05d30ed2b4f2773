package value

import (
	"bytes"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

// IsData reports whether a value can come only from data and not from the text of a
// definition.
func IsData(v any) bool {
	switch v.(type) {
	case *Image, *Detections:
		return true
	}
	return false
}

// Truthy returns the truth of a value, as in Python: zero, null and empty values are false.
// Everything else is true, including the text "false".
func Truthy(v any) bool {
	switch v := Shallow(v).(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case float64:
		return v != 0
	case *big.Int:
		return v.Sign() != 0
	case string:
		return v != ""
	case []byte:
		return len(v) > 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	case *Detections:
		return v.Len() > 0
	}
	return true
}

// Equal compares deeply. 1, 1.0 and true are equal.
func Equal(a, b any) bool {
	a, b = Shallow(a), Shallow(b)
	if order, ok := number.Compare(a, b); ok {
		return order == 0
	}
	switch x := a.(type) {
	case nil:
		return b == nil
	case string:
		y, ok := b.(string)
		return ok && x == y
	case []byte:
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case []any:
		y, ok := b.([]any)
		return ok && slices.EqualFunc(x, y, Equal)
	case map[string]any:
		y, ok := b.(map[string]any)
		return ok && equalMaps(x, y)
	case *Detections:
		y, ok := b.(*Detections)
		return ok && x.Equal(y)
	case *Image:
		y, ok := b.(*Image)
		return ok && (x == y || x.source == y.source)
	}
	return false
}

func equalMaps(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for key, x := range a {
		if y, ok := b[key]; !ok || !Equal(x, y) {
			return false
		}
	}
	return true
}

// Equal compares boxes, confidences, classes, tracker ids and columns.
func (d *Detections) Equal(o *Detections) bool {
	return slices.Equal(d.XYXY, o.XYXY) && slices.Equal(d.Confidence, o.Confidence) &&
		slices.Equal(d.ClassID, o.ClassID) && slices.Equal(d.TrackerID, o.TrackerID) &&
		slices.EqualFunc(d.Masks, o.Masks, (*Mask).equal) && equalColumns(d.Data, o.Data)
}

func equalColumns(a, b map[string][]any) bool {
	if len(a) != len(b) {
		return false
	}
	for name, x := range a {
		if y, ok := b[name]; !ok || !slices.EqualFunc(x, y, Equal) {
			return false
		}
	}
	return true
}

func (m *Mask) equal(o *Mask) bool {
	if m == nil || o == nil {
		return m == o
	}
	if m.Width != o.Width || m.Height != o.Height || m.Area() != o.Area() {
		return false
	}
	for y := m.Bounds.Min.Y; y < m.Bounds.Max.Y; y++ {
		for x := m.Bounds.Min.X; x < m.Bounds.Max.X; x++ {
			if m.At(x, y) && !o.At(x, y) {
				return false
			}
		}
	}
	return true
}

// Finite returns nil for NaN and infinities, which JSON does not have.
func Finite(f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}
