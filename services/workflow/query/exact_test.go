package query_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Whole numbers above 2^53 are not rounded by any operation.
func TestOperationsOnLargeNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, operation, want string }{
		{`9007199254740993`, `{"type":"ToString"}`, `"9007199254740993"`},
		{`1764433020123456789`, `{"type":"ToString"}`, `"1764433020123456789"`},
		{`12345678901234567890123`, `{"type":"ToString"}`, `"12345678901234567890123"`},
		{`[12345678901234567890123, 1.0]`, `{"type":"ToString"}`, `"[12345678901234567890123, 1.0]"`},
		{`{"id": 12345678901234567890123}`, `{"type":"ConvertDictionaryToJSON"}`, `"{\"id\": 12345678901234567890123}"`},
		{`"9007199254740993"`, `{"type":"ToNumber","cast_to":"int"}`, `9007199254740993`},
		{`1e20`, `{"type":"ToNumber","cast_to":"int"}`, `100000000000000000000`},
		{`12345678901234567890123`, `{"type":"ToNumber","cast_to":"int"}`, `12345678901234567890123`},
		{`9007199254740993`, `{"type":"Multiply","other":3}`, `27021597764222979`},
		{`9223372036854775807`, `{"type":"Multiply","other":10}`, `92233720368547758070`},
		{`10`, `{"type":"Multiply","other":12345678901234567890123}`, `123456789012345678901230`},
		{`27021597764222979`, `{"type":"Divide","other":9007199254740993}`, `3.0`},
		{`12345678901234567890123`, `{"type":"NumberRound","decimal_digits":-1}`, `12345678901234567890120`},
		{`12345678901234567890123`, `{"type":"ToBoolean"}`, `true`},
		{`[9223372036854775807, 1]`, `{"type":"NumericSequenceAggregate","function":"sum"}`, `9223372036854775808`},
		{`[9007199254740992, 9007199254740993]`, `{"type":"NumericSequenceAggregate","function":"max"}`, `9007199254740993`},
		{`[9007199254740993, 9007199254740992]`, `{"type":"NumericSequenceAggregate","function":"min"}`, `9007199254740992`},
		{`[9007199254740992, 9007199254740993, 9007199254740993]`, `{"type":"SequenceAggregate","mode":"most_common"}`, `9007199254740993`},
	} {
		operations, problems := query.ParseOperations(plain(t, "["+c.operation+"]"))
		if len(problems) > 0 {
			t.Errorf("%s: %v", c.operation, problems)
			continue
		}
		got, err := operations.Apply(t.Context(), plain(t, c.in), query.Scope{})
		if err != nil {
			t.Errorf("%s of %s: %v", c.operation, c.in, err)
			continue
		}
		if text, err := value.AppendJSON(nil, got); err != nil || string(text) != c.want {
			t.Errorf("%s of %s is %s, %v; want %s", c.operation, c.in, text, err, c.want)
		}
	}
}

func TestLargeNumbersAreNotEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, comparator, b string
		want             bool
	}{
		{`9007199254740993`, "(Number) ==", `9007199254740992`, false},
		{`9007199254740993`, "(Number) ==", `9007199254740992.0`, false},
		{`12345678901234567890123`, "==", `12345678901234567890124`, false},
		{`12345678901234567890123`, "==", `12345678901234567890123`, true},
		{`12345678901234567890123`, "(Number) >", `12345678901234567890122`, true},
		{`9007199254740993`, "(Number) <=", `9007199254740992`, false},
		{`9007199254740993`, "(Number) in range", `[0, 9007199254740992]`, false},
		{`9007199254740993`, "in (Sequence)", `[9007199254740992, 9007199254740994]`, false},
		{`1`, "==", `1.0`, true},
	} {
		statement, problems := query.ParseStatement(plain(t, fmt.Sprintf(`{"type":"StatementGroup","statements":[{"type":"BinaryStatement",
			"left_operand":{"type":"DynamicOperand","operand_name":"a"},"comparator":{"type":%q},"right_operand":{"type":"StaticOperand","value":%s}}]}`, c.comparator, c.b)))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		got, err := statement.Holds(t.Context(), query.Scope{Params: map[string]any{"a": plain(t, c.a)}})
		if err != nil || got != c.want {
			t.Errorf("%s %s %s is %v, %v", c.a, c.comparator, c.b, got, err)
		}
	}
}

func plain(t *testing.T, text string) any {
	t.Helper()
	if !json.Valid([]byte(text)) {
		t.Fatalf("no JSON: %s", text)
	}
	v, err := value.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
