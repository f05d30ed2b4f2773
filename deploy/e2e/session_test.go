package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// browser is a browser with a cookie at an installation. Its requests name the site that
// made them, like every browser's.
type browser struct {
	*client
	cookie string
}

// page are the headers that a browser adds to a request of a page of the installation.
func (b *browser) page() []string {
	return []string{"Sec-Fetch-Site", "same-origin", "Origin", b.in.base, "Cookie", "__Host-keyhole=" + b.cookie, "User-Agent", "Mozilla/5.0 Firefox/140.0"}
}

// signIn signs a browser in with a key or a code. It checks that the token is in the cookie and nowhere else.
func (in *installation) signIn(t testing.TB, what, text string) *browser {
	t.Helper()
	b := &browser{client: &client{in: in}}
	got := b.call(t, http.MethodPost, "/app/sign-in", object{what: text}, b.page()...)
	if got.status != http.StatusOK {
		t.Fatalf("sign-in: %s", got)
	}
	b.cookie = tokenIn(t, got)
	return b
}

// tokenIn returns the session in the only cookie of a reply.
func tokenIn(t testing.TB, got reply) string {
	t.Helper()
	set := got.header.Values("Set-Cookie")
	if len(set) != 1 {
		t.Fatalf("cookies: %q", set)
	}
	token, rest, _ := strings.Cut(strings.TrimPrefix(set[0], "__Host-keyhole="), ";")
	for _, flag := range []string{"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(rest, flag) {
			t.Errorf("the cookie is not %s: %q", flag, rest)
		}
	}
	if strings.Contains(rest, "Domain") || !strings.HasPrefix(token, "khs_") || strings.Contains(string(got.body), token) {
		t.Errorf("cookie %q with %q, body %s", token, rest, got.body)
	}
	return token
}

func (b *browser) role(t testing.TB, header ...string) string {
	t.Helper()
	return b.call(t, http.MethodGet, "/v1/whoami", nil, header...).text("role")
}

// code makes a sign-in link with a key and returns its code.
func (w *tenant) code(t testing.TB) string {
	t.Helper()
	_, code, ok := strings.Cut(w.post(t, "/v1/signInLinks", object{}).text("path"), "#code=")
	if !ok {
		t.Fatal("a sign-in link without a code")
	}
	return code
}

// A person signs in with a link, works, and signs out.
func TestABrowserSignsIn(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		w := in.tenant(t)
		b := in.signIn(t, "code", w.code(t))
		in.planted.add(session, b.cookie)
		me := b.call(t, http.MethodGet, "/v1/whoami", nil, b.page()...)
		if me.text("role") != "member" || me.text("key") != w.keyName || !strings.HasPrefix(me.text("session"), w.name+"/sessions/") || me.text("sessionExpireTime") == "" {
			t.Fatalf("whoami: %s", me)
		}
		made := b.call(t, http.MethodPost, w.path()+"/keys", object{"title": "by browser"}, b.page()...)
		in.planted.add(apiKey, made.text("key"))
		if made.status != http.StatusOK {
			t.Fatalf("a change by a page: %s", made)
		}
		list := w.get(t, w.path()+"/sessions")
		if list.text("sessions.0.title") != "Firefox" || list.text("sessions.0.key") != w.keyName {
			t.Errorf("sessions: %s", list)
		}
		out := b.call(t, http.MethodPost, "/app/sign-out", nil, b.page()...)
		if set := out.header.Get("Set-Cookie"); out.status != http.StatusOK || !strings.Contains(set, "Max-Age=0") {
			t.Errorf("sign-out: %s %q", out, set)
		}
		eventually(t, limit, "the session ends", func() bool { return b.role(t, b.page()...) == "guest" })
		stale := b.call(t, http.MethodGet, "/v1/whoami", nil, b.page()...)
		if !strings.Contains(stale.header.Get("Set-Cookie"), "Max-Age=0") {
			t.Error("the browser keeps the cookie of an ended session")
		}
	})
}

// A request that another site makes a browser send, with the cookie, must not act for the
// person.
func TestAttackCookieFromOtherSites(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S1", "requests of other sites with the session's cookie")
	in := install(t, oneProcess, options{})
	w := in.tenant(t)
	b := in.signIn(t, "key", w.key)
	in.planted.add(session, b.cookie)
	cookie := "__Host-keyhole=" + b.cookie
	for name, header := range map[string][]string{
		"cross-site":                {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
		"same-site, other port":     {"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"},
		"no word of the site":       {"Origin", "https://evil.example"},
		"an old browser":            {},
		"a null origin":             {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
		"contradiction":             {"Sec-Fetch-Site", "same-origin", "Origin", "https://evil.example"},
		"another host on this port": {"Sec-Fetch-Site", "same-origin", "Origin", strings.Replace(in.base, "127.0.0.1", "localhost", 1)},
	} {
		got := b.call(t, http.MethodGet, "/v1/whoami", nil, append(header, "Cookie", cookie)...)
		a.Attempt(got.text("role") == "guest", "%s: GET is answered for %q", name, got.text("role"))
		for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
			for method, path := range map[string]string{
				http.MethodPost: w.path() + "/keys", http.MethodPatch: "/v1/" + w.keyName, http.MethodDelete: "/v1/" + w.keyName,
				http.MethodPut: w.path() + "/models/m/versions/1/artifact",
			} {
				got := b.call(t, method, path, object{"title": "stolen"}, append(header, "Cookie", cookie, "Content-Type", kind)...)
				a.Attempt(got.status == http.StatusUnauthorized || got.status == http.StatusForbidden, "%s: %s %s as %q: %s", name, method, path, kind, got)
			}
			for _, path := range []string{"/app/sign-in", "/app/sign-out"} {
				if name == "an old browser" || name == "contradiction" || strings.HasPrefix(name, "another") {
					continue // a client that is not a browser may sign in and out
				}
				got := b.call(t, http.MethodPost, path, object{"key": w.key}, append(header, "Cookie", cookie, "Content-Type", kind)...)
				a.Attempt(got.status == http.StatusForbidden && len(got.header.Values("Set-Cookie")) == 0, "%s: %s as %q: %s", name, path, kind, got)
			}
		}
	}
	typed := b.call(t, http.MethodPost, w.path()+"/keys", object{}, "Sec-Fetch-Site", "none", "Cookie", cookie)
	a.Attempt(typed.status == http.StatusUnauthorized, "a change that no page made: %s", typed)
	if got := b.role(t, b.page()...); got != "member" {
		t.Errorf("after all that, the person is %q", got)
	}
}

// A session works as a cookie and as a bearer token of /v1, and nowhere else.
func TestAttackSessionInOtherPlaces(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S2", "a session where a key is asked for, and a key where a session is")
	in := install(t, oneProcess, options{})
	w := in.tenant(t)
	w.workflow(t, "plain", plain())
	b := in.signIn(t, "key", w.key)
	in.planted.add(session, b.cookie)
	token, id := b.cookie, strings.TrimPrefix(w.name, "workspaces/")
	guest := in.guest()
	for _, path := range []string{"/" + id + "/workflows/plain", "/infer/workflows/" + id + "/plain", "/workflows/run"} {
		for place, header := range map[string][]string{
			"cookie": b.page(), "bearer": {"Authorization", "Bearer " + token},
		} {
			got := guest.call(t, http.MethodPost, path, object{"inputs": object{}}, header...)
			a.Attempt(got.status == http.StatusUnauthorized, "Roboflow's %s with a session as %s: %s", path, place, got)
		}
		got := guest.call(t, http.MethodPost, path+"?api_key="+token, object{"inputs": object{}})
		a.Attempt(got.status == http.StatusUnauthorized, "%s?api_key: %s", path, got)
		got = guest.call(t, http.MethodPost, path, object{"inputs": object{}, "api_key": token})
		a.Attempt(got.status == http.StatusUnauthorized || got.status == http.StatusUnprocessableEntity, "%s, api_key in the body: %s", path, got)
	}
	key := guest.call(t, http.MethodGet, "/v1/whoami", nil, "Sec-Fetch-Site", "same-origin", "Cookie", "__Host-keyhole="+w.key)
	a.Attempt(key.text("role") == "guest", "a key as a cookie: %s", key)
	two := guest.call(t, http.MethodGet, "/v1/whoami", nil, "Sec-Fetch-Site", "same-origin", "Cookie", "__Host-keyhole="+token+"; __Host-keyhole="+token)
	a.Attempt(two.text("role") == "guest", "two cookies: %s", two)
	for _, with := range [][]string{{"Authorization", "Bearer " + token}, b.page()} {
		for _, path := range []string{"/v1/sessions", "/v1/signInLinks"} {
			got := guest.call(t, http.MethodPost, path, object{}, with...)
			a.Attempt(got.status == http.StatusForbidden, "a session makes %s: %s", path, got)
		}
	}
	for _, header := range [][]string{{"Origin", in.base}, {"Sec-Fetch-Site", "same-origin"}} {
		got := w.call(t, http.MethodPost, "/v1/sessions", object{}, header...)
		a.Attempt(got.status == http.StatusForbidden && got.reason() == "ORIGIN_REFUSED", "a page gets the token of a session: %s", got)
	}
	other := in.tenant(t)
	name := b.call(t, http.MethodGet, "/v1/whoami", nil, b.page()...).text("session")
	for _, got := range []reply{
		other.call(t, http.MethodDelete, "/v1/"+name, nil), other.call(t, http.MethodGet, w.path()+"/sessions", nil),
		in.operator(t).call(t, http.MethodDelete, "/v1/"+name, nil), in.operator(t).call(t, http.MethodGet, w.path()+"/sessions", nil),
		other.call(t, http.MethodGet, other.path()+"/sessions/"+name, nil), guest.call(t, http.MethodDelete, "/v1/"+name, nil),
	} {
		a.Attempt(got.status == http.StatusNotFound || got.status == http.StatusUnauthorized, "a session of another workspace: %s", got)
	}
}

// Sign-in over a network that others can read is refused before the key is used.
func TestAttackSignInWithoutHTTPS(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S3", "sign-in over plain HTTP off loopback")
	in := install(t, oneProcess, options{settings: []string{"--trusted-proxies", "127.0.0.2/32"}})
	w := in.tenant(t)
	for _, from := range []string{"http://keyhole.example", "http://10.0.0.1:8080", "http://127.0.0.1.example"} {
		for _, path := range []string{"/app/sign-in", "/v1/sessions"} {
			header := []string{"Host", strings.TrimPrefix(from, "http://"), "X-Forwarded-Proto", "https"} // not from a trusted proxy
			if path == "/app/sign-in" {
				header = append(header, "Origin", from)
			}
			got := w.hosted(t, path, object{"key": w.key}, header...)
			a.Attempt(got.status == http.StatusBadRequest && got.reason() == "HTTPS_REQUIRED" && len(got.header.Values("Set-Cookie")) == 0, "%s%s: %s", from, path, got)
		}
	}
	behind := w.hosted(t, "/app/sign-in", object{"key": w.key}, "Host", strings.TrimPrefix(in.base, "http://"), "Origin", "http://keyhole.example", "Sec-Fetch-Site", "same-origin")
	a.Attempt(behind.reason() == "HTTPS_REQUIRED", "a proxy that puts its own Host: %s", behind)
}

// hosted posts with a Host header that the caller chooses.
func (c *client) hosted(t testing.TB, path string, body any, header ...string) reply {
	t.Helper()
	bare := *c
	if path == "/app/sign-in" {
		bare.key = ""
	}
	bare.transport = hostOf{header[1]}
	return bare.call(t, http.MethodPost, path, body, header[2:]...)
}

type hostOf struct{ host string }

// RoundTrip implements http.RoundTripper.
func (h hostOf) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Host = h.host
	return transport.RoundTrip(r)
}

// Wrong codes and wrong sessions count like wrong keys.
func TestAttackGuessingSessions(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S4", "guesses of codes, keys and sessions from one address")
	in := install(t, oneProcess, options{})
	for name, try := range map[string]func(c *client) reply{
		"codes of the page": func(c *client) reply {
			return c.call(t, http.MethodPost, "/app/sign-in", object{"code": "khc_" + random() + "aaaaaa"})
		},
		"codes of the API": func(c *client) reply {
			return c.call(t, http.MethodPost, "/v1/sessions", object{"code": "khc_" + random() + "aaaaaa"})
		},
		"keys of the page": func(c *client) reply {
			return c.call(t, http.MethodPost, "/app/sign-in", object{"key": "kh_" + random() + "aaaaaa"})
		},
		"sessions": func(c *client) reply {
			return c.call(t, http.MethodGet, "/v1/whoami", nil, "Authorization", "Bearer khs_"+random()+"aaaaaa")
		},
		"cookies": func(c *client) reply {
			return c.call(t, http.MethodGet, "/v1/whoami", nil, "Sec-Fetch-Site", "same-origin", "Cookie", "__Host-keyhole=khs_"+random()+"aaaaaa")
		},
	} {
		c := in.stranger(int(name[0])*100 + len(name))
		c.key = ""
		limited := 0
		for range 40 {
			if try(c).status == http.StatusTooManyRequests {
				limited++
			}
		}
		a.Attempt(limited >= 10, "%s: %d of 40 guesses were refused unseen", name, limited)
	}
}

// A session ends with its key, immediately and everywhere.
func TestAttackSessionAfterItsKey(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S5", "a session whose key was revoked, and a session that was ended")
	in := install(t, fiveProcesses, options{twice: true})
	w := in.tenant(t)
	for name, end := range map[string]func(w *tenant, session string){
		"its key is revoked": func(w *tenant, _ string) { w.call(t, http.MethodDelete, "/v1/"+w.keyName, nil) },
		"it is ended":        func(w *tenant, session string) { w.call(t, http.MethodDelete, "/v1/"+session, nil) },
	} {
		mine := w.with(in.newKey(t, w.client, w.name, nil))
		b := in.signIn(t, "key", mine.key)
		in.planted.add(session, b.cookie)
		second := &browser{client: &client{in: in, base: in.second}, cookie: b.cookie}
		header := []string{"Sec-Fetch-Site", "same-origin", "Cookie", "__Host-keyhole=" + b.cookie}
		me := second.call(t, http.MethodGet, "/v1/whoami", nil, header...)
		if me.text("role") != "member" {
			t.Fatalf("at the second gateway: %s", me)
		}
		code := mine.code(t)
		end(mine, me.text("session"))
		began := time.Now()
		for second.role(t, header...) != "guest" || b.role(t, header...) != "guest" {
			if time.Since(began) > limit {
				break
			}
		}
		a.Attempt(second.role(t, header...) == "guest" && b.role(t, header...) == "guest", "%s: it works %v later", name, time.Since(began))
		got := in.guest().call(t, http.MethodPost, "/v1/sessions", object{"code": code})
		a.Attempt(name == "it is ended" || got.status == http.StatusUnauthorized, "%s: its link signs in: %s", name, got)
		in.planted.add(session, got.text("token"))
	}
}
