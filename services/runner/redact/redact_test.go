package redact_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/runner/redact"
)

const canary = `sk-visitor/5+"q_t-r€7`

func TestEncodingsAreRemoved(t *testing.T) {
	t.Parallel()
	quoted, err := json.Marshal(canary)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"raw":           "you sent " + canary + ".",
		"twice":         canary + canary,
		"query-escaped": url.QueryEscape("key=" + canary),
		"path-escaped":  url.PathEscape("key/" + canary),
		"JSON":          string(quoted),
		"hex":           hex.EncodeToString([]byte(canary)),
		"HEX":           strings.ToUpper(hex.EncodeToString([]byte("a" + canary + "b"))),
		"base64":        base64.StdEncoding.EncodeToString([]byte(canary)),
		"base64 +1":     base64.StdEncoding.EncodeToString([]byte("a" + canary + "zz")),
		"base64 +2":     base64.URLEncoding.EncodeToString([]byte("ab" + canary + "z")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var r redact.Redactor
			r.Add(canary)
			got := r.Text(text)
			if !strings.Contains(got, redact.Mark) {
				t.Errorf("%q is left in %q", text, got)
			}
			if strings.Contains(got, canary) {
				t.Errorf("the secret is left in %q", got)
			}
		})
	}
}

// The base64 of a secret is removed, whatever text surrounds the secret.
func TestBase64AtEveryAlignment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := rapid.StringMatching(`[A-Za-z0-9_-]{12,60}`).Draw(t, "secret")
		before := rapid.SliceOfN(rapid.Byte(), 0, 7).Draw(t, "before")
		after := rapid.SliceOfN(rapid.Byte(), 0, 7).Draw(t, "after")
		var r redact.Redactor
		r.Add(secret)
		text := base64.StdEncoding.EncodeToString(append(append(before, secret...), after...))
		if !strings.Contains(r.Text(text), redact.Mark) {
			t.Errorf("%q is not found in %q", secret, text)
		}
	})
}

func TestValuesAtEveryDepth(t *testing.T) {
	t.Parallel()
	var r redact.Redactor
	r.Add(canary)
	in := map[string]any{"a": canary, canary: []any{"x" + canary, int64(1), nil, map[string]any{"b": canary}}}
	got := r.Value(in)
	want := map[string]any{"a": redact.Mark, redact.Mark: []any{
		"x" + redact.Mark, int64(1), nil, map[string]any{"b": redact.Mark},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if in["a"] != canary {
		t.Error("the value given was changed")
	}
}

func TestNothingIsDoneWithoutReason(t *testing.T) {
	t.Parallel()
	var r redact.Redactor
	r.Add("short")
	r.Add("")
	text := "a short story about sk-visitor"
	if got := r.Text(text); got != text {
		t.Errorf("changed to %q", got)
	}
	r.Add(canary)
	r.Forget()
	if r.Text(canary) != canary {
		t.Error("the secret is still known after Forget")
	}
}
