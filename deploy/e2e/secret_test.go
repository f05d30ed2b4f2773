package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// class says where a planted secret may be visible.
type class int

const (
	credential class = iota // to nobody, once it is stored
	apiKey                  // to its creator, once
	link                    // to its owner
	session                 // to the browser that signs in, in a cookie, and to a client that is not a browser
	linkPass                // to the visitor who passes a gate
)

type planted struct {
	mu      sync.Mutex
	secrets map[string]class
}

func (p *planted) add(c class, secret string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.secrets == nil {
		p.secrets = map[string]class{}
	}
	if secret != "" {
		p.secrets[secret] = c
	}
}

// forms are the encodings that the search looks for.
func forms(secret string) map[string]string {
	raw := []byte(secret)
	quoted, _ := json.Marshal(secret)
	out := map[string]string{
		"raw": secret, "json": string(quoted[1 : len(quoted)-1]), "url": url.QueryEscape(secret), "html": html.EscapeString(secret),
		"hex": hex.EncodeToString(raw), "HEX": strings.ToUpper(hex.EncodeToString(raw)),
	}
	for name, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		for shift, skip := range []int{0, 2, 3} {
			text := e.EncodeToString(append(make([]byte, shift), raw...))
			// Without the parts that depend on the unknown neighbours.
			out[fmt.Sprintf("%s at %d", name, shift)] = text[skip : len(text)/4*4-4]
		}
	}
	return out
}

const keyLength = 12 // of the index; every form is longer

type needle struct {
	class              class
	form, text, secret string
}

// index finds many secrets in one pass.
type index map[[keyLength]byte][]needle

func (p *planted) index() index {
	p.mu.Lock()
	defer p.mu.Unlock()
	ix := index{}
	for secret, c := range p.secrets {
		for form, text := range forms(secret) {
			k := [keyLength]byte([]byte(text))
			ix[k] = append(ix[k], needle{c, form, text, secret})
		}
	}
	return ix
}

// find returns the secrets in a text that may not be there.
func (ix index) find(text []byte, allowed ...func(needle) bool) []string {
	may := func(n needle) bool {
		return slices.ContainsFunc(allowed, func(ok func(needle) bool) bool { return ok(n) })
	}
	var found []string
	for i := 0; i+keyLength <= len(text); i++ {
		for _, n := range ix[[keyLength]byte(text[i:])] {
			if bytes.HasPrefix(text[i:], []byte(n.text)) && !may(n) {
				around := text[max(0, i-300):min(len(text), i+len(n.text)+100)]
				found = append(found, fmt.Sprintf("%s as %s, in: %q", n.secret, n.form, around))
			}
		}
	}
	return found
}

func report(t testing.TB, where string, found []string) {
	t.Helper()
	for _, f := range found[:min(len(found), 3)] {
		t.Errorf("%s shows a secret (%d places): %s", where, len(found), f)
	}
}

// newcomers are the calls that make somebody new, with a key and a session.
var newcomers = map[string]bool{
	"/v1/invitations:accept": true, "/v1/workspaces:signUp": true, "/app/join": true, "/app/sign-up": true,
}

// mayShow: a link to its owner and to its users; a key to its creator.
func (x exchange) mayShow(n needle) bool {
	switch n.class {
	case link:
		return !x.visitor || strings.Contains(x.path, n.secret)
	case apiKey:
		return x.method == http.MethodPost && (strings.HasSuffix(x.path, "/keys") || newcomers[x.path])
	case session:
		return x.method == http.MethodPost && (x.path == "/v1/sessions" || x.path == "/app/sign-in" || newcomers[x.path])
	case linkPass:
		return x.method == http.MethodPost && (strings.HasSuffix(x.path, ":unlock") || strings.HasSuffix(x.path, "/unlock"))
	default:
		return false
	}
}

// search searches every byte that left the installation, and all that it stores. Embedded
// Redis stores nothing that outlives its process.
func (in *installation) search(t testing.TB, metrics []byte) {
	t.Helper()
	ix := in.planted.index()
	for _, x := range in.seen.all {
		report(t, fmt.Sprintf("the reply to %s %s", x.method, x.path), ix.find(x.got, x.mayShow))
	}
	for _, name := range in.order {
		report(t, "the log of "+name, ix.find(in.programs[name].logs.bytes()))
		report(t, "a span of "+name, ix.find(in.spanText(name)))
	}
	report(t, "a metric", ix.find(metrics))
	in.searchStores(t, ix)
}
