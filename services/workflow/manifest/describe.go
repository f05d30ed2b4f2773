package manifest

import (
	"fmt"
	"slices"
	"strings"
)

// Describe says in words what a list of alternatives accepts, for error messages.
func Describe(types []Type) string {
	var parts []string
	for i := range types {
		if part := types[i].describe(); !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " or ")
}

func (t *Type) describe() string {
	switch {
	case t.Reference != "":
		return t.describeReference()
	case t.Enum != nil:
		return `one of "` + strings.Join(t.Enum, `", "`) + `"`
	case t.ListOf != nil:
		return "a list (each element " + Describe(t.ListOf) + ")"
	case t.MapOf != nil:
		return "an object (each value " + Describe(t.MapOf) + ")"
	case t.TupleOf != nil:
		return fmt.Sprintf("a list of exactly %d elements (each %s)", len(t.TupleOf), Describe(t.TupleOf))
	case t.Query != "":
		return queryWords[t.Query]
	default:
		return literalWords[t.Literal] + t.bounds()
	}
}

var queryWords = map[Query]string{
	Operations: `a list of operations (objects with a "type")`,
	Statement:  "a StatementGroup",
	Cases:      "a CasesDefinition",
}

var literalWords = map[Literal]string{
	Text: "a string", Integer: "a whole number", Float: "a number", Number: "a number", Boolean: "true or false",
	Null: "null", List: "a list", Dict: "an object", Value: "any value",
}

func (t *Type) describeReference() string {
	kinds := strings.Join(t.Kinds, ", ")
	switch t.Reference {
	case StepTarget:
		return "a step to continue with ($steps.<step>)"
	case WorkflowInput:
		return "a reference $inputs.<name> of kind " + kinds
	case Parameter:
		return "a reference $inputs.<name> of a parameter of kind " + kinds
	case StepOutput:
		return "a reference $steps.<step>.<output> of kind " + kinds
	default:
		return "a reference ($inputs.<name> or $steps.<step>.<output>) of kind " + kinds
	}
}

func (t *Type) bounds() string {
	var out []string
	for _, b := range []struct {
		word  string
		bound *float64
	}{{"at least", t.Min}, {"at most", t.Max}, {"above", t.Above}, {"below", t.Below}} {
		if b.bound != nil {
			out = append(out, fmt.Sprintf("%s %g", b.word, *b.bound))
		}
	}
	if out == nil {
		return ""
	}
	return " " + strings.Join(out, " and ")
}
