package query

import (
	"cmp"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// comparator reports whether a relation holds. ok is false for values for which it is not
// defined.
type comparator func(a, b any) (holds, ok bool)

var comparators = map[string]comparator{
	"==":                  equal,
	"!=":                  not(equal),
	"(Number) ==":         equal,
	"(Number) !=":         not(equal),
	"(Number) >":          ordered(func(c int) bool { return c > 0 }),
	"(Number) >=":         ordered(func(c int) bool { return c >= 0 }),
	"(Number) <":          ordered(func(c int) bool { return c < 0 }),
	"(Number) <=":         ordered(func(c int) bool { return c <= 0 }),
	"(Number) in range":   inRange,
	"(String) startsWith": onTexts(strings.HasPrefix),
	"(String) endsWith":   onTexts(strings.HasSuffix),
	"(String) contains":   func(a, b any) (bool, bool) { return contains(b, a) },
	"in (Sequence)":       contains,
	"any in (Sequence)":   anyIn,
	"all in (Sequence)":   allIn,
	"(Detection) in zone": inZone,
}

// tests are the operators on one operand.
var tests = map[string]func(any) (holds, ok bool){
	"Exists":                  func(v any) (bool, bool) { return v != nil, true },
	"DoesNotExist":            func(v any) (bool, bool) { return v == nil, true },
	"(Boolean) is True":       func(v any) (bool, bool) { return v == true, true },
	"(Boolean) is False":      func(v any) (bool, bool) { return v == false, true },
	"(Sequence) is empty":     func(v any) (bool, bool) { n, ok := length(v); return n == 0, ok },
	"(Sequence) is not empty": func(v any) (bool, bool) { n, ok := length(v); return n > 0, ok },
}

func equal(a, b any) (holds, ok bool) { return value.Equal(a, b), true }

func not(c comparator) comparator {
	return func(a, b any) (bool, bool) {
		holds, ok := c(a, b)
		return !holds, ok
	}
}

// ordered compares numbers with numbers, and texts with texts.
func ordered(accept func(int) bool) comparator {
	return func(a, b any) (bool, bool) {
		if order, ok := number.Compare(a, b); ok {
			return accept(order), true
		}
		_, one := value.Float(a)
		_, two := value.Float(b)
		if one && two { // one is NaN, for which nothing holds
			return false, true
		}
		s, one := a.(string)
		t, two := b.(string)
		return one && two && accept(cmp.Compare(s, t)), one && two
	}
}

func inRange(a, b any) (holds, ok bool) {
	bounds, isList := b.([]any)
	if !isList || len(bounds) != 2 {
		return false, false
	}
	for _, v := range []any{a, value.Shallow(bounds[0]), value.Shallow(bounds[1])} {
		if _, isNumber := value.Float(v); !isNumber {
			return false, false
		}
	}
	above, one := number.Compare(a, value.Shallow(bounds[0]))
	below, two := number.Compare(a, value.Shallow(bounds[1]))
	return one && two && above >= 0 && below <= 0, true
}

func onTexts(relation func(s, t string) bool) comparator {
	return func(a, b any) (bool, bool) {
		s, one := a.(string)
		t, two := b.(string)
		return one && two && relation(s, t), one && two
	}
}

// contains reports whether needle is an element of a list, a key of an object or a part of
// a text.
func contains(needle, haystack any) (holds, ok bool) {
	switch h := haystack.(type) {
	case string:
		part, isText := needle.(string)
		return isText && strings.Contains(h, part), isText
	case []any:
		return slices.ContainsFunc(h, func(item any) bool { return value.Equal(item, needle) }), true
	case map[string]any:
		key, isText := needle.(string)
		_, found := h[key]
		return isText && found, true
	}
	return false, false
}

func anyIn(a, b any) (holds, ok bool) {
	items, ok := elements(a)
	for _, item := range items {
		found, fits := contains(item, b)
		holds, ok = holds || found, ok && fits
	}
	return holds, ok
}

func allIn(a, b any) (holds, ok bool) {
	items, ok := elements(a)
	holds = true
	for _, item := range items {
		found, fits := contains(item, b)
		holds, ok = holds && found, ok && fits
	}
	return holds, ok
}

// inZone reports whether a point is strictly inside of a polygon.
func inZone(a, b any) (holds, ok bool) {
	x, y, ok := coordinates(a)
	corners, isList := b.([]any)
	if !ok || !isList {
		return false, false
	}
	zone := make([][2]float64, len(corners))
	for i, corner := range corners {
		if zone[i][0], zone[i][1], ok = coordinates(corner); !ok {
			return false, false
		}
	}
	return inside(x, y, zone), true
}

func coordinates(v any) (x, y float64, ok bool) {
	pair, _ := value.Shallow(v).([]any)
	if len(pair) != 2 {
		return 0, 0, false
	}
	x, one := value.Float(value.Shallow(pair[0]))
	y, two := value.Float(value.Shallow(pair[1]))
	return x, y, one && two
}

// inside casts a ray to the right. Points on an edge are outside.
func inside(x, y float64, zone [][2]float64) bool {
	odd := false
	for i, j := 0, len(zone)-1; i < len(zone); j, i = i, i+1 {
		a, b := zone[i], zone[j]
		cross := (b[0]-a[0])*(y-a[1]) - (b[1]-a[1])*(x-a[0])
		if cross == 0 && min(a[0], b[0]) <= x && x <= max(a[0], b[0]) && min(a[1], b[1]) <= y && y <= max(a[1], b[1]) {
			return false
		}
		if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
			odd = !odd
		}
	}
	return odd
}
