package number

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// MaxDigits bounds the digits of a whole number, as in Python, because parsing and printing
// take more than linear time.
const MaxDigits = 4300

// maxBits bounds the bits of a number of MaxDigits digits.
const maxBits = MaxDigits*3322/1000 + 1

// Parse parses a JSON number. Without fraction and exponent it is a whole number. ok is
// false for a whole number that is too long and for a float that is too large.
func Parse(text string) (any, bool) {
	if strings.ContainsAny(text, ".eE") {
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	if len(text) > MaxDigits+1 { // with a sign
		return nil, false
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, false
	}
	return Fit(n), true
}

// Fit returns a whole number as an int64 if it fits.
func Fit(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}

// Text prints a whole number. It returns "" for anything else.
func Text(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case *big.Int:
		return v.String()
	}
	return ""
}

// Whole returns a whole number, or a boolean as 0 or 1.
func Whole(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case int64:
		return big.NewInt(v), true
	case *big.Int:
		return v, true
	case bool:
		if v {
			return big.NewInt(1), true
		}
		return new(big.Int), true
	}
	return nil, false
}

// Float returns the float nearest to a number. It is infinite for a whole number that is
// too large.
func Float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	}
	return 0, false
}

// Truncate returns a float without its fraction as a whole number.
func Truncate(f float64) (any, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	n, _ := big.NewFloat(f).Int(nil)
	return Fit(n), true
}

// Compare compares two numbers exactly, without rounding whole numbers. ok is false if one
// is not a number or is NaN.
func Compare(a, b any) (order int, ok bool) {
	x, one := a.(float64)
	y, two := b.(float64)
	switch {
	case one && two:
		return compareFloats(x, y)
	case one:
		order, ok = Compare(b, a)
		return -order, ok
	}
	m, ok := Whole(a)
	if !ok || two && math.IsNaN(y) {
		return 0, false
	}
	if two && math.IsInf(y, 0) {
		return -int(math.Copysign(1, y)), true
	}
	if two {
		return new(big.Float).SetInt(m).Cmp(big.NewFloat(y)), true
	}
	n, ok := Whole(b)
	if !ok {
		return 0, false
	}
	return m.Cmp(n), true
}

func compareFloats(x, y float64) (order int, ok bool) {
	switch {
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, x == y
}
