package number_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"0": int64(0), "-0": int64(0), "9007199254740993": int64(9007199254740993), "1764433020123456789": int64(1764433020123456789),
		"-9223372036854775808": int64(math.MinInt64), "1.0": 1.0, "1e2": 100.0, "-0.0": math.Copysign(0, -1),
	} {
		if got, ok := number.Parse(text); !ok || got != want {
			t.Errorf("%s is %v (%T), want %v (%T)", text, got, got, want, want)
		}
	}
	for _, text := range []string{"12345678901234567890123", "-9223372036854775809", strings.Repeat("9", number.MaxDigits)} {
		if got, ok := number.Parse(text); !ok || number.Text(got) != text {
			t.Errorf("%.30s is %.30v", text, got)
		}
	}
	for _, text := range []string{strings.Repeat("9", number.MaxDigits+2), "1e999", "-1e999"} {
		if got, ok := number.Parse(text); ok {
			t.Errorf("%.30s is %.30v", text, got)
		}
	}
}

// digits are texts of whole numbers around the bounds of floats and of int64.
var digits = rapid.StringMatching(`-?([0-9]|90071992547409[0-9]{2}|92233720368547758[0-9]{2}|[1-9][0-9]{20,40})`)

func TestWholeNumbersAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, u := digits.Draw(t, "a"), digits.Draw(t, "b")
		x, _ := new(big.Int).SetString(s, 10)
		y, _ := new(big.Int).SetString(u, 10)
		a, _ := number.Parse(s)
		b, _ := number.Parse(u)
		if order, ok := number.Compare(a, b); !ok || order != x.Cmp(y) {
			t.Fatalf("%s and %s compare as %d", s, u, order)
		}
		if product, ok := number.Multiply(a, b); !ok || number.Text(product) != new(big.Int).Mul(x, y).String() {
			t.Fatalf("%s times %s is %v", s, u, product)
		}
		if sum, ok := number.Add(a, b); !ok || number.Text(sum) != new(big.Int).Add(x, y).String() {
			t.Fatalf("%s and %s are %v", s, u, sum)
		}
		quotient, ok := number.Divide(a, b)
		if (y.Sign() != 0) != ok {
			t.Fatalf("%s by %s: %v", s, u, ok)
		}
		if want := new(big.Rat); ok {
			if f, _ := want.SetFrac(x, y).Float64(); quotient != f {
				t.Fatalf("%s by %s is %v, want %v", s, u, quotient, f)
			}
		}
	})
}

func TestCompareWithFloats(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, f := digits.Draw(t, "a"), rapid.Float64().Draw(t, "f")
		a, _ := number.Parse(s)
		if rapid.Bool().Draw(t, "near") {
			f, _ = number.Float(a)
		}
		x, _ := new(big.Rat).SetString(s)
		want := x.Cmp(new(big.Rat).SetFloat64(f))
		order, ok := number.Compare(a, f)
		back, _ := number.Compare(f, a)
		if !ok || order != want || back != -want {
			t.Fatalf("%s and %v compare as %d and %d, want %d", s, f, order, back, want)
		}
	})
	for _, f := range []float64{math.Inf(1), math.Inf(-1)} {
		if order, ok := number.Compare(int64(math.MaxInt64), f); !ok || order != -int(math.Copysign(1, f)) {
			t.Errorf("with %v: %d", f, order)
		}
	}
	if _, ok := number.Compare(int64(1), math.NaN()); ok {
		t.Error("NaN has an order")
	}
	if order, ok := number.Compare(true, 1.0); !ok || order != 0 {
		t.Error("true is not 1")
	}
}

func TestNumbersDoNotGrowForEver(t *testing.T) {
	t.Parallel()
	long, _ := number.Parse(strings.Repeat("9", number.MaxDigits))
	if _, ok := number.Multiply(long, long); ok {
		t.Error("a product of 8600 digits")
	}
	if _, ok := number.Multiply(long, 1.5); ok {
		t.Error("a float next to 10^4300")
	}
	if got, ok := number.Divide(long, long); !ok || got != 1.0 {
		t.Errorf("%v", got)
	}
}
