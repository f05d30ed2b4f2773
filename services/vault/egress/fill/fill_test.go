package fill_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress"
	"github.com/keyhole-dev/keyhole/services/vault/egress/fill"
)

const canary = "sk-proj-Zk3vQ9xT7bLm2Wc8RfYh5NpJd4Gs6AeUiOqXwBzCtKyVnMrD"

func bodySlot(pointer, value string) *egress.Slot {
	return &egress.Slot{Kind: egress.Body, Name: pointer, Secret: secret.FromString(value)}
}

func filledWith(t *testing.T, body string, slots ...*egress.Slot) (string, error) {
	t.Helper()
	r, err := fill.Body(strings.NewReader(body), slots)
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), nil
}

// The secret replaces the placeholder, and every other byte stays unchanged.
func TestBody(t *testing.T) {
	t.Parallel()
	hard := "q\"\\/\n\u2028é</script>"
	written, _ := json.Marshal(hard)
	for name, tc := range map[string]struct {
		body, want string
		slots      []*egress.Slot
	}{
		"one":          {`{"a": 1.0, "token":"$credentials" }`, `{"a": 1.0, "token":"S" }`, []*egress.Slot{bodySlot("/token", "S")}},
		"two":          {`{"b":"$credentials","a":"$credentials"}`, `{"b":"B","a":"A"}`, []*egress.Slot{bodySlot("/a", "A"), bodySlot("/b", "B")}},
		"nested":       {`{"auth":{"x":[{}],"key":"$credentials"}}`, `{"auth":{"x":[{}],"key":"S"}}`, []*egress.Slot{bodySlot("/auth/key", "S")}},
		"escaped name": {`{"a/b":{"c~d":"$credentials"}}`, `{"a/b":{"c~d":"S"}}`, []*egress.Slot{bodySlot("/a~1b/c~0d", "S")}},
		"spelled name": {`{"tok\u0065n":"\u0024credentials"}`, `{"tok\u0065n":"S"}`, []*egress.Slot{bodySlot("/token", "S")}},
		"hard value":   {`{"t":"$credentials"}`, `{"t":` + string(written) + `}`, []*egress.Slot{bodySlot("/t", hard)}},
		"a secret that is a placeholder": {
			`{"a":"$credentials","b":"$credentials"}`, `{"a":"$credentials","b":"B"}`, []*egress.Slot{bodySlot("/a", "$credentials"), bodySlot("/b", "B")},
		},
		"data that looks like one": {`{"t":"$credentials","x":"$credentials"}`, `{"t":"S","x":"$credentials"}`, []*egress.Slot{bodySlot("/t", "S")}},
		"no body slot":             {`not JSON $credentials`, `not JSON $credentials`, []*egress.Slot{{Kind: egress.Header, Name: "x", Secret: secret.FromString("S")}}},
	} {
		if got, err := filledWith(t, tc.body, tc.slots...); err != nil || got != tc.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, tc.want)
		}
	}
}

func TestBodyRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty": ``, "no JSON": `token=$credentials`, "a list": `["$credentials"]`, "a text": `"$credentials"`, "not there": `{"x":"$credentials"}`,
		"another text": `{"token":"mine"}`, "more text": `{"token":"Bearer $credentials"}`, "an object": `{"token":{"token":"$credentials"}}`,
		"twice": `{"token":"$credentials","token":"$credentials"}`, "twice, one of them a number": `{"token":"$credentials","token":1}`,
		"twice, spelled": `{"token":"$credentials","tok\u0065n":"x"}`, "cut off": `{"token":"$credentials"`, "a number": `{"token":1}`,
		"too large": `{"x":"` + strings.Repeat("a", fill.MaxBody) + `","token":"$credentials"}`,
	} {
		got, err := filledWith(t, body, bodySlot("/token", canary))
		if err == nil {
			t.Errorf("%s: %.100s", name, got)
			continue
		}
		e, ok := errors.AsType[*egress.Error](err)
		if !ok || e.Kind != egress.RefusedRequest && e.Kind != egress.TooLarge || strings.Contains(fmt.Sprintf("%+v", e), canary[8:24]) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
