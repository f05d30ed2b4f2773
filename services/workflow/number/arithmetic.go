package number

import (
	"math"
	"math/big"
	"math/bits"
)

// Multiply keeps whole numbers whole. It is not ok where the product is too large.
func Multiply(a, b any) (any, bool) {
	if x, y, ok := small(a, b); ok {
		if high, low := bits.Mul64(magnitude(x), magnitude(y)); high == 0 && low < 1<<63 {
			return x * y, true
		}
	}
	if m, n, ok := wholes(a, b); ok {
		return bounded(new(big.Int).Mul(m, n))
	}
	return floats(a, b, func(x, y float64) float64 { return x * y })
}

// Add keeps whole numbers whole. It is not ok where the sum is too large.
func Add(a, b any) (any, bool) {
	if x, y, ok := small(a, b); ok {
		if sum := x + y; (sum > x) == (y > 0) {
			return sum, true
		}
	}
	if m, n, ok := wholes(a, b); ok {
		return bounded(new(big.Int).Add(m, n))
	}
	return floats(a, b, func(x, y float64) float64 { return x + y })
}

// Divide is true division: the float next to the quotient. It is not ok where that is
// too large, and by zero.
func Divide(a, b any) (any, bool) {
	if zero, ok := Compare(b, int64(0)); ok && zero == 0 {
		return nil, false
	}
	if m, n, ok := wholes(a, b); ok {
		f, _ := new(big.Rat).SetFrac(m, n).Float64()
		return f, !math.IsInf(f, 0)
	}
	return floats(a, b, func(x, y float64) float64 { return x / y })
}

// floats computes where one of two numbers is a float. A whole number that no float
// comes near is too large.
func floats(a, b any, compute func(x, y float64) float64) (any, bool) {
	for _, v := range []any{a, b} {
		f, ok := Float(v)
		if _, isFloat := v.(float64); !ok || !isFloat && math.IsInf(f, 0) {
			return nil, false
		}
	}
	x, _ := Float(a)
	y, _ := Float(b)
	return compute(x, y), true
}

func small(a, b any) (x, y int64, ok bool) {
	x, one := a.(int64)
	y, two := b.(int64)
	return x, y, one && two
}

func wholes(a, b any) (m, n *big.Int, ok bool) {
	m, one := Whole(a)
	n, two := Whole(b)
	return m, n, one && two
}

func bounded(n *big.Int) (any, bool) {
	if n.BitLen() > maxBits {
		return nil, false
	}
	return Fit(n), true
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}
