package value_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/workflow/number"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func TestNumbersKeepTheirText(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`[0,9007199254740993,-1764433020123456789,12345678901234567890123,1.0,0.1,1e+16,1e-05]`,
		`{"a":{"b":[true,false,null,"<é\n>"]}}`,
	} {
		v, err := value.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := value.AppendJSON(nil, v); err != nil || string(got) != text {
			t.Errorf("got %s, %v; want %s", got, err, text)
		}
	}
}

// The output is JSON, and reads as the same value.
func TestJSONRoundTrip(t *testing.T) {
	t.Parallel()
	whole := rapid.Custom(func(t *rapid.T) any {
		n, _ := number.Parse(rapid.StringMatching(`-?[1-9][0-9]{0,40}`).Draw(t, "digits"))
		return n
	})
	leaf := rapid.OneOf(whole, rapid.Float64().AsAny(), rapid.String().AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil))
	list := rapid.SliceOf(leaf).AsAny()
	object := rapid.MapOf(rapid.String(), rapid.OneOf(leaf, list)).AsAny()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.OneOf(leaf, list, object).Draw(t, "value")
		text, err := value.AppendJSON(nil, v)
		if err != nil || !json.Valid(text) {
			t.Fatalf("%s, %v", text, err)
		}
		back, err := value.Decode(text)
		if err != nil || !value.Equal(value.Normal(v), back) || reflect.TypeOf(value.Normal(v)) != reflect.TypeOf(back) {
			t.Fatalf("%v came back as %v, %v", v, back, err)
		}
	})
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[", "[1", `{"a"`, `{"a":`, "1 2", "tru", "[1,]", strings.Repeat("9", 5000), strings.Repeat("[", 20_000)} {
		if v, err := value.Decode([]byte(text)); err == nil {
			t.Errorf("%.20s is %v", text, v)
		}
	}
	if got, _ := value.AppendJSON(nil, []any{math.NaN(), math.Inf(1)}); string(got) != "[null,null]" {
		t.Errorf("got %s", got)
	}
}
