package number

import (
	"math"
	"math/big"
	"math/bits"
)

// Multiply returns a whole number for two whole numbers. ok is false if the product is too
// large.
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

// Add returns a whole number for two whole numbers. ok is false if the sum is too large.
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

// Divide is true division. It returns the float nearest to the quotient. ok is false if the
// quotient is too large or b is zero.
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

// floats computes with two numbers of which at least one is a float. ok is false if a whole
// number is beyond the range of floats.
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
