package roboflow

import (
	"strings"
	"testing"
)

func TestKeyInAHead(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		`{"api_key":"kh_a","inputs":{"im`:                    "kh_a",
		`{"use_cache":true,"x":[1,{"a":2}],"api_key":"kh_a"`: "kh_a",
		`{"inputs":{"api_key":"kh_a"},"y`:                    "",
		`{"a":"api_key","b":"kh_a"`:                          "",
		`{"inputs":"` + strings.Repeat("x", 100):             "",
		`{"api_key":7,`:                                      "",
		`["api_key","kh_a"]`:                                 "",
		`{"api_key":"kh_`:                                    "",
	} {
		if got, ok := keyIn([]byte(head)); got != want && ok || ok != (want != "") {
			t.Errorf("%s: %q", head, got)
		}
	}
}
