package egress

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

func bodySlot(pointer, value string) *Slot {
	return &Slot{Kind: Body, Name: pointer, Secret: secret.FromString(value)}
}

func filledWith(t *testing.T, body string, slots ...*Slot) (string, error) {
	t.Helper()
	r, err := FillBody(strings.NewReader(body), slots)
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
func TestFillBody(t *testing.T) {
	t.Parallel()
	hard := "q\"\\/\n\u2028é</script>"
	written, _ := json.Marshal(hard)
	for name, tc := range map[string]struct {
		body, want string
		slots      []*Slot
	}{
		"one":          {`{"a": 1.0, "token":"$credentials" }`, `{"a": 1.0, "token":"S" }`, []*Slot{bodySlot("/token", "S")}},
		"two":          {`{"b":"$credentials","a":"$credentials"}`, `{"b":"B","a":"A"}`, []*Slot{bodySlot("/a", "A"), bodySlot("/b", "B")}},
		"nested":       {`{"auth":{"x":[{}],"key":"$credentials"}}`, `{"auth":{"x":[{}],"key":"S"}}`, []*Slot{bodySlot("/auth/key", "S")}},
		"escaped name": {`{"a/b":{"c~d":"$credentials"}}`, `{"a/b":{"c~d":"S"}}`, []*Slot{bodySlot("/a~1b/c~0d", "S")}},
		"spelled name": {`{"tok\u0065n":"\u0024credentials"}`, `{"tok\u0065n":"S"}`, []*Slot{bodySlot("/token", "S")}},
		"hard value":   {`{"t":"$credentials"}`, `{"t":` + string(written) + `}`, []*Slot{bodySlot("/t", hard)}},
		"a secret that is a placeholder": {
			`{"a":"$credentials","b":"$credentials"}`, `{"a":"$credentials","b":"B"}`, []*Slot{bodySlot("/a", "$credentials"), bodySlot("/b", "B")},
		},
		"data that looks like one": {`{"t":"$credentials","x":"$credentials"}`, `{"t":"S","x":"$credentials"}`, []*Slot{bodySlot("/t", "S")}},
		"no body slot":             {`not JSON $credentials`, `not JSON $credentials`, []*Slot{{Kind: Header, Name: "x", Secret: secret.FromString("S")}}},
	} {
		if got, err := filledWith(t, tc.body, tc.slots...); err != nil || got != tc.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, tc.want)
		}
	}
}

func TestFillBodyRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"empty": ``, "no JSON": `token=$credentials`, "a list": `["$credentials"]`, "a text": `"$credentials"`, "not there": `{"x":"$credentials"}`,
		"another text": `{"token":"mine"}`, "more text": `{"token":"Bearer $credentials"}`, "an object": `{"token":{"token":"$credentials"}}`,
		"twice": `{"token":"$credentials","token":"$credentials"}`, "twice, one of them a number": `{"token":"$credentials","token":1}`,
		"twice, spelled": `{"token":"$credentials","tok\u0065n":"x"}`, "cut off": `{"token":"$credentials"`, "a number": `{"token":1}`,
		"too large": `{"x":"` + strings.Repeat("a", MaxFilled) + `","token":"$credentials"}`,
	} {
		got, err := filledWith(t, body, bodySlot("/token", canary))
		if err == nil {
			t.Errorf("%s: %.100s", name, got)
			continue
		}
		if e := asError(t, err); e.Kind != RefusedRequest && e.Kind != TooLarge {
			t.Errorf("%s: %v", name, e)
		}
	}
}

// Azure takes its key in the header api-key, and the version of its API in the query. The
// caller's copy of the header is dropped, and the query stays.
func TestAzureKeyAndVersion(t *testing.T) {
	t.Parallel()
	s, last := record(t)
	req := credentialed(t, s.URL+"/openai/deployments/gpt/chat/completions?api-version=2024-02-01")
	req.Method, req.Body = "POST", strings.NewReader("{}")
	req.Header = http.Header{"Api-Key": {"mine"}, "Authorization": {"Bearer mine"}, "Content-Type": {"application/json"}}
	req.Slots = Slots{&Slot{Kind: Header, Name: "api-key", Secret: secret.FromString(canary)}}
	if _, _, e := read(t, client(t, []string{s.hostPort()}), req); e != nil {
		t.Fatal(e)
	}
	if got := last.Header.Values("Api-Key"); len(got) != 1 || got[0] != canary || last.Header.Get("Authorization") != "" {
		t.Errorf("the provider got %v", last.Header)
	}
	if want := "/openai/deployments/gpt/chat/completions?api-version=2024-02-01"; last.URI != want {
		t.Errorf("the query is %s", last.URI)
	}
}
