package query_test

import (
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/query"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// FuzzParse: for any definition, parsing and evaluating ends without a panic.
func FuzzParse(f *testing.F) {
	f.Add(`[{"type": "StringToLowerCase"}, {"type": "StringMatches", "regex": "(?=x)"}]`, `"a"`)
	f.Add(`[{"type": "SequenceApply", "operations": [{"type": "NumberRound", "decimal_digits": -3}]}]`, `[1e300, 5]`)
	f.Add(`[{"type": "DetectionsRename", "class_map": "x", "strict": "y"}]`, `{}`)
	f.Add(`{"type": "StatementGroup", "statements": [{"type": "UnaryStatement", "operand": {"type": "DynamicOperand"}, "operator": {"type": "Exists"}}]}`, `null`)
	f.Add(`{"type": "CasesDefinition", "cases": [], "default": {"type": "StaticCaseResult", "value": 1}}`, `1`)
	f.Fuzz(func(t *testing.T, document, input string) {
		parsed, err := value.Decode([]byte(document))
		if err != nil {
			return
		}
		in, _ := value.Decode([]byte(input))
		scope := query.Scope{Params: map[string]any{"_": in, "x": in}, Codec: codec{}}
		if ops, problems := query.ParseOperations(parsed); len(problems) == 0 {
			_, _ = ops.Apply(t.Context(), in, scope)
			picture := special(map[string]any{"$image": map[string]any{"width": int64(2), "height": int64(2)}})
			_, _ = ops.Apply(t.Context(), picture, scope)
		}
		if statement, problems := query.ParseStatement(parsed); len(problems) == 0 {
			_, _ = statement.Holds(t.Context(), scope)
		}
		if cases, problems := query.ParseCases(parsed); len(problems) == 0 {
			_, _ = cases.Choose(t.Context(), scope)
		}
	})
}

// A value with shared parts is small in memory and astronomical as text.
func TestSharedPartsDoNotExplode(t *testing.T) {
	t.Parallel()
	var v any = "0123456789"
	for range 40 {
		v = []any{v, v, v}
	}
	for _, kind := range []string{"ToString", "SequenceJoin", "SequenceElementsCount"} {
		ops, problems := query.ParseOperations([]any{map[string]any{"type": kind}})
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if _, err := ops.Apply(t.Context(), v, query.Scope{}); err == nil {
			t.Errorf("%s wrote 3^40 texts", kind)
		}
	}
}

func TestParsingIsBounded(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[{"type": "SequenceApply", "operations": `, 100) + `[]` + strings.Repeat(`}]`, 100)
	wide := `[` + strings.Repeat(`{"type": "ToString"},`, 5000) + `{"type": "ToString"}]`
	for name, document := range map[string]string{"deep": deep, "wide": wide} {
		parsed, err := value.Decode([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		if _, problems := query.ParseOperations(parsed); len(problems) == 0 {
			t.Errorf("%s: parsed without a problem", name)
		}
	}
}

func TestProblemsNameTheirPath(t *testing.T) {
	t.Parallel()
	document := `{"type": "StatementGroup", "statements": [
		{"type": "BinaryStatement", "comparator": {"type": ">"},
		 "left_operand": {"type": "StaticOperand", "value": 1, "operations": [{"type": "Nope"}]},
		 "right_operand": {"type": "StaticOperand"}}]}`
	parsed, err := value.Decode([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	_, problems := query.ParseStatement(parsed)
	want := []string{
		"/statements/0/left_operand/operations/0/type", "/statements/0/right_operand/value",
		"/statements/0/comparator/type",
	}
	var got []string
	for _, problem := range problems {
		got = append(got, problem.Path)
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Encoding the same large picture for each element of a list is refused before it takes
// minutes.
func TestEncodingIsBounded(t *testing.T) {
	t.Parallel()
	large := special(map[string]any{"$image": map[string]any{"width": int64(20000), "height": int64(20000)}})
	ops, problems := query.ParseOperations([]any{map[string]any{"type": "ConvertImageToJPEG"}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, err := ops.Apply(t.Context(), large, query.Scope{Codec: codec{}}); err == nil {
		t.Error("400 megapixels were encoded")
	}
}
