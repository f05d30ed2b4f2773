package value_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

func TestCoerce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		kinds []string
		want  string // "" if it is refused
	}{
		{`"12"`, []string{"integer"}, `12`},
		{`12.0`, []string{"integer"}, `12`},
		{`1.5`, []string{"integer"}, ``},
		{`"1.5"`, []string{"integer"}, ``},
		{`true`, []string{"integer"}, `true`}, // as the reference has it
		{`"9007199254740993"`, []string{"integer"}, `9007199254740993`},
		{`"12345678901234567890123"`, []string{"integer"}, `12345678901234567890123`},
		{`"0.9"`, []string{"float"}, `0.9`},
		{`3`, []string{"float"}, `3`},
		{`"0.9"`, []string{"float_zero_to_one"}, `0.9`},
		{`"1.9"`, []string{"float_zero_to_one"}, ``},
		{`"0.9"`, []string{"float", "string"}, `"0.9"`},
		{`"0.9"`, []string{"*"}, `"0.9"`},
		{`7`, []string{"string"}, ``},
		{`"yes"`, []string{"boolean"}, `true`},
		{`2`, []string{"boolean"}, ``},
		{`null`, []string{"integer"}, `null`},
		{`[1]`, []string{"integer"}, ``},
		{`{}`, []string{"list_of_values"}, ``},
	} {
		v, err := value.Decode([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		read, err := value.Coerce(v, c.kinds)
		if (err != nil) != (c.want == "") {
			t.Errorf("%s as %v: %v", c.text, c.kinds, err)
			continue
		}
		if got, _ := value.AppendJSON(nil, read); err == nil && string(got) != c.want {
			t.Errorf("%s as %v is %s, want %s", c.text, c.kinds, got, c.want)
		}
	}
}
