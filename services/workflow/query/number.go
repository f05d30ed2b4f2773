package query

import (
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func numberOperation(f *fields) operation {
	switch f.kind {
	case "ToNumber":
		return toNumber(f.kind, f.oneOf("cast_to", "int", "float"))
	case "NumberRound":
		digits := f.requiredWhole("decimal_digits")
		if digits < -400 || digits > 400 {
			f.bad("decimal_digits", "must lie between -400 and 400")
		}
		return onNumber(f.kind, func(n any) (any, error) { return round(n, int(digits)), nil })
	case "Multiply":
		other := f.number("other")
		return onNumber(f.kind, func(n any) (any, error) { return multiply(n, other), nil })
	case "Divide":
		return divide(f.kind, f.number("other"))
	case "RandomNumber":
		low, high := f.float("min_value", 0), f.float("max_value", 1)
		return func(*run, any) (any, error) { return low + rand.Float64()*(high-low), nil } //nolint:gosec // the language's random number is no secret
	}
	return nil
}

// onNumber counts true as 1 and false as 0, as the language does.
func onNumber(kind string, change func(any) (any, error)) operation {
	return func(_ *run, in any) (any, error) {
		switch n := in.(type) {
		case int64, float64:
			return change(n)
		case bool:
			f, _ := value.Float(n)
			return change(int64(f))
		}
		return nil, unfit(kind, "a number", in)
	}
}

func toNumber(kind, cast string) operation {
	return func(_ *run, in any) (any, error) {
		f, ok := value.Float(in)
		if s, isText := in.(string); isText {
			f, ok = parseFloat(s)
		}
		if !ok {
			return nil, unfit(kind, "a number or a text that is one", in)
		}
		if cast == "float" {
			return f, nil
		}
		if whole, isWhole := in.(int64); isWhole {
			return whole, nil
		}
		if math.IsNaN(f) || math.Abs(f) >= 1<<63 {
			return nil, fail(classInput, "%s: the number does not fit an integer", kind)
		}
		return int64(f), nil
	}
}

// parseFloat reads what Python's float() does, which knows no hexadecimals.
func parseFloat(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "xXpP") {
		return 0, false
	}
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
	return f, err == nil || math.IsInf(f, 0)
}

// round is half to even on the exact binary value: 2.675 to two digits is 2.67.
func round(n any, digits int) any {
	switch n := n.(type) {
	case int64:
		if digits >= 0 {
			return n
		}
		rounded, _ := roundExact(new(big.Rat).SetInt64(n), digits).Int64()
		return rounded
	case float64:
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return n
		}
		if digits < 0 {
			exact := new(big.Rat).SetFloat64(n)
			rounded, _ := roundExact(exact, digits).Float64()
			return rounded
		}
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'f', digits, 64), 64)
		return rounded
	}
	return n
}

func roundExact(n *big.Rat, digits int) *big.Float {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-digits)), nil)
	quotient := new(big.Rat).Quo(n, new(big.Rat).SetInt(unit))
	// Text rounding of a rational is half away from zero, so ties go by hand.
	floor := new(big.Int).Div(quotient.Num(), quotient.Denom())
	rest := new(big.Rat).Sub(quotient, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return new(big.Float).SetInt(floor.Mul(floor, unit))
}

// multiply keeps whole numbers whole while they fit.
func multiply(a, b any) any {
	x, one := a.(int64)
	y, two := b.(int64)
	if one && two {
		if product, ok := exactProduct(x, y); ok {
			return product
		}
	}
	f, _ := value.Float(a)
	g, _ := value.Float(b)
	return f * g
}

func exactProduct(x, y int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(x), magnitude(y))
	return x * y, high == 0 && low < 1<<63
}

func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func divide(kind string, by any) operation {
	divisor, _ := value.Float(by)
	return onNumber(kind, func(n any) (any, error) {
		if divisor == 0 {
			return nil, fail(classInput, "%s: division by zero", kind)
		}
		f, _ := value.Float(n)
		return f / divisor, nil
	})
}
