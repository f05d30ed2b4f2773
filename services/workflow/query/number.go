package query

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
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
		return onNumber(f.kind, func(n any) (any, error) {
			product, ok := number.Multiply(n, other)
			return fitting(f.kind, product, ok)
		})
	case "Divide":
		return divide(f.kind, f.number("other"))
	case "RandomNumber":
		low, high := f.float("min_value", 0), f.float("max_value", 1)
		return func(*run, any) (any, error) { return low + rand.Float64()*(high-low), nil } //nolint:gosec // a random number of the language, not a secret
	}
	return nil
}

// onNumber counts true as 1 and false as 0, as the language does.
func onNumber(kind string, change func(any) (any, error)) operation {
	return func(_ *run, in any) (any, error) {
		switch n := in.(type) {
		case int64, *big.Int, float64:
			return change(n)
		case bool:
			whole, _ := number.Whole(n)
			return change(number.Fit(whole))
		}
		return nil, wrongType(kind, "a number", in)
	}
}

// fitting returns the result, or an error if it is too large.
func fitting(kind string, result any, ok bool) (any, error) {
	if !ok {
		return nil, fail(classInput, "%s: the result is too large", kind)
	}
	return result, nil
}

// toNumber parses whole numbers directly, because a conversion to float would change large
// ones.
func toNumber(kind, cast string) operation {
	return func(_ *run, in any) (any, error) {
		given := in
		if s, isText := in.(string); isText {
			in = textNumber(s, cast)
		}
		f, ok := value.Float(in)
		if !ok {
			return nil, wrongType(kind, "a number or a string that contains one", given)
		}
		if cast == "float" {
			_, wasFloat := in.(float64)
			return fitting(kind, f, wasFloat || !math.IsInf(f, 0))
		}
		if whole, isWhole := number.Whole(in); isWhole {
			return number.Fit(whole), nil
		}
		whole, ok := number.Truncate(f)
		if !ok {
			return nil, fail(classInput, "%s: the number does not fit an integer", kind)
		}
		return whole, nil
	}
}

// textNumber parses a number. It returns nil for any other text.
func textNumber(s, cast string) any {
	if n, ok := lenientWhole(s); ok && cast == "int" {
		return n
	}
	if f, ok := parseFloat(s); ok {
		return f
	}
	return nil
}

// round rounds half to even on the exact binary value: 2.675 to two digits is 2.67.
func round(n any, digits int) any {
	switch n := n.(type) {
	case int64, *big.Int:
		if digits >= 0 {
			return n
		}
		whole, _ := number.Whole(n)
		return number.Fit(roundExact(new(big.Rat).SetInt(whole), digits))
	case float64:
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return n
		}
		if digits < 0 {
			exact := new(big.Rat).SetFloat64(n)
			rounded, _ := number.Float(roundExact(exact, digits))
			return rounded
		}
		rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n, 'f', digits, 64), 64)
		return rounded
	}
	return n
}

func roundExact(n *big.Rat, digits int) *big.Int {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-digits)), nil)
	quotient := new(big.Rat).Quo(n, new(big.Rat).SetInt(unit))
	// big.Rat rounds half away from zero when it formats, so ties are handled here.
	floor := new(big.Int).Div(quotient.Num(), quotient.Denom())
	rest := new(big.Rat).Sub(quotient, new(big.Rat).SetInt(floor))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && floor.Bit(0) == 1 {
		floor.Add(floor, big.NewInt(1))
	}
	return floor.Mul(floor, unit)
}

func divide(kind string, by any) operation {
	return onNumber(kind, func(n any) (any, error) {
		if !value.Truthy(by) {
			return nil, fail(classInput, "%s: division by zero", kind)
		}
		quotient, ok := number.Divide(n, by)
		return fitting(kind, quotient, ok)
	})
}
