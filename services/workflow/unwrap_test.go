package workflow_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow"
)

const bare = `{"version": "1.0", "inputs": [{"type": "WorkflowParameter", "name": "v", "default_value": 1764433020123456789}], "steps": [], "outputs": [] }`

func quoted(t testing.TB, text string) string {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestUnwrap(t *testing.T) {
	t.Parallel()
	specification := `{"specification": ` + bare + `}`
	for name, text := range map[string]string{
		"bare":                bare,
		"blanks":              " \n" + bare + "\n",
		"specification":       specification,
		"twice":               `{"specification": ` + specification + `, "other": 1}`,
		"config as a text":    `{"id": "x", "version": 3, "config": ` + quoted(t, specification) + `}`,
		"config":              `{"config": ` + bare + `}`,
		"the platform's":      `{"status": "ok", "workflow": {"name": "x", "config": ` + quoted(t, specification) + `}}`,
		"a reply of ours":     `{"name": "workspaces/a/workflows/b", "definition": ` + bare + `}`,
		"a text":              quoted(t, bare),
		"a text twice":        quoted(t, quoted(t, bare)),
		"a list of one":       `[` + bare + `]`,
		"a byte order mark":   "\xef\xbb\xbf" + bare,
		"a mark in a text":    quoted(t, "\ufeff"+bare),
		"a mark in a config":  `{"config": ` + quoted(t, "\ufeff\r\n"+bare) + `}`,
		"a list with a text":  `[` + quoted(t, specification) + `]`,
		"a mark, then a list": "\xef\xbb\xbf\n[" + bare + "]",
	} {
		got, problems := workflow.Unwrap([]byte(text))
		if len(problems) > 0 || string(got) != bare {
			t.Errorf("%s: got %s, %v", name, got, problems)
		}
	}
	own := `{"steps": [], "specification": {"steps": [1]}}`
	if got, _ := workflow.Unwrap([]byte(own)); string(got) != own {
		t.Errorf("a definition with a key of its own became %s", got)
	}
}

func TestUnwrapSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	deep := bare
	for range 10 {
		deep = `{"specification": ` + deep + `}`
	}
	for text, want := range map[string]string{
		"{\"version\": \"1.0\",\n \"inputs\": [}": "the definition is not readable JSON: line 2, column 13: ",
		"":                                  "line 1, column 1: ",
		`{"config": "{\n \"steps\": tru}"}`: `what "config" holds is not readable JSON: line 2, column 11: `,
		`"not JSON"`:                        "the text that is sent as definition is not readable JSON: line 1, column 1: ",
		`[` + bare + `,` + bare + `]`:       "the definition is a list of 2 elements; send one object",
		`[]`:                                "a list of 0 elements",
		`7`:                                 "the definition is a number; send an object",
		`{"specification": null}`:           `the definition is wrapped, but what "specification" holds is a null, not a definition`,
		`{"workflow": {"config": 3}}`:       `what "workflow" holds is wrapped, but what "config" holds is a number`,
		deep:                                "wrapped more than 8 times",
		"{\"é\": 1, \"é\": 2}":              "line 1, column 14: the key appears twice",
		`{"specification": "` + strings.Repeat("a", 2<<20) + `"}`:        "at most",
		"\xef\xbb\xbf{\"version\" \"1.0\"}":                              "line 1, column 12: ",
		`{"config": ` + quoted(t, "{\"steps\": [\n\n  {]}") + `}`:        "line 3, column 4: ",
		`{"specification": {"specification": [` + bare + `, 1], "a":1}}`: "is a list of 2 elements",
	} {
		got, problems := workflow.Unwrap([]byte(text))
		if len(problems) == 0 || !strings.Contains(problems[0].Message, want) {
			t.Errorf("%.60q: got %.60s, %v; want %q", text, got, problems, want)
		}
	}
}

// For any input, the result is one definition or problems. Unwrapping a definition again
// changes nothing, and all of the definition was in the input.
func FuzzUnwrap(f *testing.F) {
	for _, text := range []string{
		bare, `{"specification":{"config":"{\"steps\":[]}"}}`, `["[{}]"]`, "\xef\xbb\xbf\"\ufeff{}\"", `{"workflow":{"definition":{}}}`, `{"config":"`, `[[[[[[[[[[]]]]]]]]]]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, problems := workflow.Unwrap(raw)
		if (got == nil) == (len(problems) == 0) {
			t.Fatal("either a definition or problems")
		}
		if got == nil {
			return
		}
		if !json.Valid(got) || got[0] != '{' {
			t.Fatalf("%q", got)
		}
		again, problems := workflow.Unwrap(got)
		if len(problems) > 0 || string(again) != string(got) {
			t.Fatalf("%q became %q, %v", got, again, problems)
		}
	})
}
