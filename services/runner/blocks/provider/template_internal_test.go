package provider

import (
	"strings"
	"testing"
)

// Whatever the prompt and the value are, the value is inserted unchanged, and a prompt
// without values stays unchanged.
func FuzzTemplate(f *testing.F) {
	f.Add("is {{ $parameters.a }} in {{$parameters.b}}?", "{{ $parameters.b }}")
	f.Add("{{ $parameters.a }", "$1")
	f.Add("{{ $parameters.ä }}{{ $parameters.a }}", "\x00")
	f.Fuzz(func(t *testing.T, prompt, value string) {
		parsed := parseTemplate(prompt)
		if got, _ := parsed.fill(nil); got != strings.TrimSpace(prompt) {
			t.Errorf("%q became %q", prompt, got)
		}
		values, want := map[string]string{}, ""
		for i, text := range parsed.texts {
			want += text
			if i < len(parsed.names) {
				values[parsed.names[i]] = value
				want += value
			}
		}
		if got, _ := parsed.fill(values); got != strings.TrimSpace(want) {
			t.Errorf("%q with %q became %q", prompt, value, got)
		}
		if got, _ := literal(prompt).fill(values); got != strings.TrimSpace(prompt) {
			t.Errorf("the data %q became %q", prompt, got)
		}
	})
}
