package guard

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// among puts a string between others in the same place.
func among() map[string]func(s string) string {
	return map[string]func(s string) string{
		"array":            func(s string) string { return quoted([]string{"abcdefgh1234", s, "more5"}) },
		"array of objects": func(s string) string { return `{"data":[{"t":"hello7"},{"t":` + quoted(s) + `},{"t":"5more"}]}` },
		"lines": func(s string) string {
			return `{"t":"hello7"}` + "\n" + `{"t":` + quoted(s) + `}` + "\n" + `{"t":"5more"}`
		},
		"events": func(s string) string {
			return "data: {\"t\":\"hello7\"}\n\ndata: {\"t\":" + quoted(s) + "}\n\ndata: {\"t\":\"5more\"}\n\n"
		},
		"names": func(s string) string { return `{"hello7":1,` + quoted(s) + `:2,"5more":3}` },
	}
}

// A compressed key is found as one of several strings.
func TestAttackGuardAStringAmongOthers(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "a packed key as one string of many")
	as := map[string]func(string) string{
		"three times base64": func(s string) string { return b64(b64(b64(s))) }, "one large number": large(10, ""),
		"base62": large(62, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"),
	}
	for name, pack := range packers() {
		as[name] = func(s string) string { return b64(pack(s)) }
	}
	for _, k := range attackKeys(81) {
		set := mustSet(t, k.secret)
		for name, encode := range as {
			for where, put := range among() {
				a.Attempt(set.stops([]byte(put(encode(k.secret)))), "%s as %s in %s passes", k.name, name, where)
			}
		}
		list := strings.Split(numbers("%d", ",")(packers()["gzip"](k.secret)), ",")
		a.Attempt(set.stops([]byte(quoted(list))), "%s: numbers of gzip, each a string, pass", k.name)
	}
}

// turns gives each of n choices one character in turn. One choice has the key.
func turns(n, which int, format, s string) string {
	var b strings.Builder
	for i := range len(s) {
		for c := range n {
			char := "quite other words here"[(i+c)%22 : (i+c)%22+1]
			if c == which {
				char = s[i : i+1]
			}
			fmt.Fprintf(&b, format, c, quoted(char))
		}
	}
	return b.String()
}

// A key in one of many alternating choices is found, or the answer is withheld because it has too
// many. Many choices in sequence pass.
func TestAttackGuardManyChoices(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "one choice of very many says the key")
	const (
		byIndex  = "data: {\"choices\":[{\"index\":%d,\"delta\":{\"content\":%s}}]}\n\n"
		byOutput = "data: {\"output_index\":%d,\"delta\":%s}\n\n"
		byName   = "data: {\"c%d\":%s}\n\n"
	)
	for _, k := range attackKeys(82)[3:] {
		set := mustSet(t, k.secret)
		for _, format := range []string{byIndex, byOutput, byName} {
			for _, n := range []int{5, 63, 65, 130, 300, 600} {
				for _, which := range []int{0, n / 2, n - 1} {
					_, err := io.ReadAll(set.Reader(strings.NewReader(turns(n, which, format, k.body)), Options{}))
					a.Attempt(errors.Is(err, ErrReflected) || errors.Is(err, ErrCrowded) && n > 128, "%s in choice %d of %d of %.20s: %v", k.name, which, n, format, err)
				}
			}
		}
	}
	for name, answer := range map[string]string{
		"choices": `{"data":[` + strings.TrimSuffix(turns(2000, 0, `{"index":%d,"object":"embedding","embedding":%s},`, "x"), ",") + `]}`,
		"names":   `{` + strings.TrimSuffix(turns(5000, 0, `"name%d":{"a":%s,"b":"c"},`, "x"), ",") + `}`,
	} {
		out, err := io.ReadAll(mustSet(t, openAIKey).Reader(strings.NewReader(answer), Options{}))
		if err != nil || string(out) != answer {
			t.Errorf("%s: %d of %d bytes, %v", name, len(out), len(answer), err)
		}
	}
}
