package strict

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestLocate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a": @1}`:                    "a",
		`{"a":1, @"b":2}`:              "b",
		`{"a":{"b":[1,{"c":@2}]}}`:     "a b c",
		`{"a":{"b":1},"c":@}`:          "c",
		`{"x\"y":"{\\","z":[@`:         "z",
		`@{"a":1}`:                     "",
		`{"a":"@`:                      "a",
		`]]}}{"a":@1`:                  "a",
		`{"a":{"b":[1,{"c":2}]},@"d":`: "d",
	} {
		at := strings.Index(text, "@")
		names, too := locate([]byte(strings.Replace(text, "@", "", 1)), at)
		if got := strings.Join(names, " "); got != want || too != "" {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	if got := offsetOf([]byte("{\n\"é\": x"), 2, 6); got != 8 {
		t.Errorf("line 2, column 6 is at %d", got)
	}
}

func TestABodyHasBounds(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]excess{
		`{"inputs":{"a":` + strings.Repeat("[", 97) + strings.Repeat("]", 97) + `}}`: "",
		`{"inputs":{"a":` + strings.Repeat("[", 99) + strings.Repeat("]", 99) + `}}`: nested,
		`{"inputs":{"a":[` + strings.Repeat("1,", 999_000) + `1]}}`:                  "",
		`{"inputs":{"a":[` + strings.Repeat("1,", 1_000_000) + `1]}}`:                many,
		`{"inputs":{"a":"` + strings.Repeat("1,", 1_000_000) + `1"}}`:                "",
	} {
		if _, too := locate([]byte(body), len(body)); too != want {
			t.Errorf("%.60s: %q, want %q", body, too, want)
		}
	}
}

// It never fails, and the JSON that it accepts is as shallow as it reports.
func FuzzLocate(f *testing.F) {
	for _, text := range []string{`{"a":[1,{"b":"\""}]}`, `"`, `{"a`, strings.Repeat("[", 200), `]}`, `{"a":"\\"}`} {
		f.Add([]byte(text), 3)
	}
	f.Fuzz(func(t *testing.T, raw []byte, at int) {
		locate(raw, at)
		if _, too := locate(raw, len(raw)); too != nested && json.Valid(raw) && depth(raw) > maxNesting {
			t.Errorf("%d levels pass", depth(raw))
		}
	})
}

// depth returns the depth of JSON, by the decoder.
func depth(raw []byte) (most int) {
	decoder, open := json.NewDecoder(strings.NewReader(string(raw))), 0
	for {
		token, err := decoder.Token()
		if err != nil {
			return most
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			open++
		case json.Delim('}'), json.Delim(']'):
			open--
		}
		most = max(most, open)
	}
}
