package guard

import (
	"html"
	mathrand "math/rand/v2"
	"net/url"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// The guard finds a secret that contains apparent escapes: as it is, without them, and escaped
// once more.
func TestAttackGuardSecretsLikeEscapes(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A3", "secrets whose own characters look like escapes")
	rnd := mathrand.New(mathrand.NewPCG(91, 92))
	as := map[string]func(string) string{
		"raw": func(s string) string { return s }, "JSON": func(s string) string { return quoted(s) }, "JSON in JSON": func(s string) string { return quoted(quoted(s)) },
		"HTML": html.EscapeString, "query": url.QueryEscape, "base64": b64, "gzip": func(s string) string { return b64(packers()["gzip"](s)) },
		"read by HTML": html.UnescapeString, "reversed": func(s string) string { return reverse(s) }, "lines": wrapped(9, "\n"),
		"read by a URL": func(s string) string {
			if u, err := url.QueryUnescape(s); err == nil {
				return u
			}
			return s
		},
	}
	for name, e := range escapes() {
		as[name+", every 1"], as[name+", every 5"] = every(1, e), every(5, e)
	}
	for _, like := range []string{`%7A`, `\x41`, `&amp;`, `&#65;`, `=41`, `\u0041`, `<b>`, `%2541`, `\\`, `&lt`, `\101`, "%u0041"} {
		for range 3 {
			s := ""
			for range 6 {
				s += draw(rnd, alnum, 4) + like
			}
			s += draw(rnd, alnum, 3)
			if Guardable(secret.FromString(s)) != nil {
				t.Errorf("%q is refused", s)
			}
			set := mustSet(t, s)
			for name, write := range as {
				text := "it is " + write(s) + " and so on"
				a.Attempt(set.stops([]byte(text)), "%q as %s passes: %q", s, name, text)
			}
		}
	}
}
