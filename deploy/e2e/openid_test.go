package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/idp"
)

// openIDEnv configures an identity provider whose people of acme.com are editors of a workspace.
func openIDEnv(p *idp.Provider, base string) []string {
	if p == nil {
		return nil
	}
	return []string{
		"KEYHOLE_OPENID_ISSUER=" + p.URL, "KEYHOLE_OPENID_NAME=Acme ID", "KEYHOLE_OPENID_CLIENT_ID=" + idp.ClientID,
		"KEYHOLE_OPENID_CLIENT_SECRET_FILE=" + p.SecretFile, "KEYHOLE_OPENID_REDIRECT_BASE=" + base,
		"KEYHOLE_OPENID_RULES=groups has admins => acme/owner,email-domain acme.com => acme/editor",
	}
}

// acme is an installation with an identity provider, and the workspace of its rules.
func acme(t *testing.T, k kind, o options) (*installation, *idp.Provider) {
	t.Helper()
	o.openID = idp.Start(t)
	in := install(t, k, o)
	in.planted.add(credential, o.openID.Secret)
	in.operator(t).post(t, "/v1/workspaces?workspaceId=acme", object{"title": "Acme"})
	o.openID.Does(idp.Behaviour{Claims: object{"sub": "ada", "name": "Ada", "email": "ada@acme.com", "email_verified": true}})
	return in, o.openID
}

// begin requests the provider's page, like the sign-in page.
func (in *installation) begin(t testing.TB, next string, header ...string) (location, flow string, got reply) {
	t.Helper()
	if header == nil {
		header = []string{"Sec-Fetch-Site", "same-origin", "Origin", in.base}
	}
	got = in.guest().call(t, http.MethodPost, "/app/openid", object{"next": next}, header...)
	set := got.header.Get("Set-Cookie")
	flow, _, _ = strings.Cut(strings.TrimPrefix(set, "__Host-keyhole-flow="), ";")
	return got.text("location"), flow, got
}

// come makes the request that a browser makes when the provider's page redirects it.
func (in *installation) come(t testing.TB, method, query, flow string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequest(method, in.base+"/app/openid/callback?"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if flow != "" {
		req.Header.Set("Cookie", "__Host-keyhole-flow="+flow)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	got, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = got.Body.Close()
	return reply{status: got.StatusCode, header: got.Header}
}

// tokenOf returns the session that a reply gives; "" without one.
func tokenOf(got reply) string {
	for _, set := range got.header.Values("Set-Cookie") {
		if token, ok := strings.CutPrefix(set, "__Host-keyhole=khs_"); ok {
			token, _, _ = strings.Cut(token, ";")
			return "khs_" + token
		}
	}
	return ""
}

// A person signs in at the provider, works, signs out here and there, and is the same person later.
func TestABrowserSignsInWithTheIdentityProvider(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in, p := acme(t, k, options{})
		if got := in.guest().get(t, "/v1/whoami").text("identityProvider"); got != "Acme ID" {
			t.Errorf("the page offers %q", got)
		}
		var keys []string
		for range 2 {
			location, flow, started := in.begin(t, "/app/acme/runs?text=x")
			set := started.header.Get("Set-Cookie")
			for _, flag := range []string{"__Host-keyhole-flow=", "Path=/", "Max-Age=600", "Secure", "HttpOnly", "SameSite=Lax"} {
				if !strings.Contains(set, flag) {
					t.Errorf("the cookie of the flow is %q, without %s", set, flag)
				}
			}
			got := in.come(t, http.MethodGet, p.Visit(t, location).Encode(), flow)
			if got.status != http.StatusSeeOther || got.header.Get("Location") != "/app/acme/runs?text=x" {
				t.Fatalf("the answer of the provider leads to %d %q", got.status, got.header.Get("Location"))
			}
			b := &browser{client: &client{in: in}, cookie: tokenOf(got)}
			in.planted.add(session, b.cookie)
			me := b.call(t, http.MethodGet, "/v1/whoami", nil, b.page()...)
			if me.text("role") != "editor" || me.text("workspace") != "workspaces/acme" || me.text("personTitle") != "Ada" || me.text("identityProvider") != "" {
				t.Fatalf("whoami: %s", me)
			}
			keys = append(keys, me.text("key"))
			out := b.call(t, http.MethodPost, "/app/sign-out", object{}, b.page()...)
			if want := p.URL + "/logout?client_id=keyhole&from=here&post_logout_redirect_uri=" + url.QueryEscape(in.base+"/app/sign-in"); out.text("location") != want {
				t.Errorf("sign-out continues to %q, want %q", out.text("location"), want)
			}
			eventually(t, limit, "the session ends", func() bool { return b.role(t, b.page()...) == "guest" })
		}
		if keys[0] != keys[1] || keys[0] == "" {
			t.Errorf("one person has the keys %q", keys)
		}
		if got := in.come(t, http.MethodGet, "error=access_denied&state=x", ""); got.header.Get("Location") != "/app/sign-in?problem=SIGN_IN_EXPIRED" {
			t.Errorf("a failure leads to %q", got.header.Get("Location"))
		}
	})
}

// The address that browsers use, and HTTPS, may exist only at a proxy.
func TestSigningInBehindAProxy(t *testing.T) {
	t.Parallel()
	p := idp.Start(t)
	in := install(t, oneProcess, options{openID: p, openIDBase: "https://keyhole.example", settings: []string{"--trusted-proxies", "127.0.0.0/8"}})
	in.operator(t).post(t, "/v1/workspaces?workspaceId=acme", object{"title": "Acme"})
	p.Does(idp.Behaviour{Claims: object{"sub": "ada", "groups": []string{"admins"}}})
	proxied := []string{"X-Forwarded-Proto", "https", "X-Forwarded-For", "192.0.2.7"}
	location, flow, got := in.begin(t, "/app", append(proxied, "Sec-Fetch-Site", "same-origin", "Origin", "https://keyhole.example")...)
	if !strings.Contains(location, "redirect_uri="+url.QueryEscape("https://keyhole.example/app/openid/callback")) {
		t.Fatalf("begun at %q: %s", location, got)
	}
	back := in.come(t, http.MethodGet, p.Visit(t, location).Encode(), flow, append(proxied, "Host", "keyhole.example")...)
	if back.header.Get("Location") != "/app" || tokenOf(back) == "" {
		t.Errorf("came back to %q", back.header.Get("Location"))
	}
}

// Nobody is redirected elsewhere, signed in as somebody else, or signed in over a plaintext
// connection.
func TestAttackSigningInWithTheIdentityProvider(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O7", "open redirects, login CSRF and plain HTTP with the identity provider")
	in, p := acme(t, oneProcess, options{})
	for _, next := range []string{
		"https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/app//evil.example", "/app/\\evil.example", "/app/../..//evil.example", "/app/..", "/app/%2e%2e/s/x",
		"/app@evil.example", "/app.evil.example", "/apple", "javascript:alert(1)", "data:text/html,x", "/app\r\nLocation: https://evil.example", "/app?\r\nSet-Cookie: x=y", "/app#@evil.example",
		"/s/token", "/v1/whoami", "/", "", "app", "http:/app", "/app/\tx", "/app/;//evil.example", "/app/openid/callback?code=x", "/app/" + strings.Repeat("a", 600),
	} {
		location, flow, got := in.begin(t, next)
		if location == "" {
			a.Attempt(got.status == http.StatusBadRequest, "next %q: %s", next, got)
			continue
		}
		back := in.come(t, http.MethodGet, p.Visit(t, location).Encode(), flow)
		in.planted.add(session, tokenOf(back))
		a.Attempt(back.header.Get("Location") == "/app" && !strings.Contains(location, "evil"), "next %q leads to %q", next, back.header.Get("Location"))
	}
	for name, header := range map[string][]string{
		"cross-site": {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, "null": {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
		"same-site": {"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"}, "a form": {"Sec-Fetch-Site", "same-origin", "Content-Type", "text/plain"},
	} {
		_, _, got := in.begin(t, "/app", header...)
		a.Attempt(got.status >= 400 && got.header.Get("Set-Cookie") == "", "a %s page begins a sign-in: %s", name, got)
	}
	location, flow, _ := in.begin(t, "/app")
	answer := p.Visit(t, location)
	victim, own, _ := in.begin(t, "/app")
	for name, try := range map[string]func() reply{
		"no cookie":                  func() reply { return in.come(t, http.MethodGet, answer.Encode(), "") },
		"the cookie of another":      func() reply { return in.come(t, http.MethodGet, answer.Encode(), own) },
		"two cookies":                func() reply { return in.come(t, http.MethodGet, answer.Encode(), own+"; __Host-keyhole-flow="+flow) },
		"a cookie without the guard": func() reply { return in.come(t, http.MethodGet, answer.Encode(), "", "Cookie", "keyhole-flow="+flow) },
		"two codes":                  func() reply { return in.come(t, http.MethodGet, answer.Encode()+"&code=x", flow) },
		"two states":                 func() reply { return in.come(t, http.MethodGet, answer.Encode()+"&state=x", flow) },
		"two issuers":                func() reply { return in.come(t, http.MethodGet, answer.Encode()+"&iss=https://evil.example", flow) },
		"HEAD":                       func() reply { return in.come(t, http.MethodHead, answer.Encode(), flow) },
		"POST":                       func() reply { return in.come(t, http.MethodPost, answer.Encode(), flow) },
		"another host over HTTP": func() reply {
			return in.come(t, http.MethodGet, answer.Encode(), flow, "Host", "keyhole.example", "X-Forwarded-Proto", "https")
		},
		"a longer state": func() reply { return in.come(t, http.MethodGet, answer.Encode()+"x", flow) },
	} {
		got := try()
		a.Attempt(tokenOf(got) == "" && strings.HasPrefix(got.header.Get("Location")+"/app/sign-in?problem=", "/app/sign-in?problem="), "%s: %d to %q", name, got.status, got.header.Get("Location"))
	}
	plain := in.guest()
	plain.transport = hostOf{"keyhole.example"}
	got := plain.call(t, http.MethodPost, "/app/openid", object{"next": "/app"}, "Origin", "http://keyhole.example", "X-Forwarded-Proto", "https")
	a.Attempt(got.reason() == "HTTPS_REQUIRED" && got.header.Get("Set-Cookie") == "", "begun over plain HTTP: %s", got)
	shown := in.come(t, http.MethodGet, "error=%3Cb%3Ecall+555%3C%2Fb%3E&error_description=call+555&"+url.Values{"state": {answer.Get("state")}, "iss": {p.URL}}.Encode(), flow)
	a.Attempt(shown.header.Get("Location") == "/app/sign-in?problem=SIGN_IN_REFUSED", "words of the provider in %q", shown.header.Get("Location"))
	if got := in.come(t, http.MethodGet, p.Visit(t, victim).Encode(), own); tokenOf(got) == "" {
		t.Error("the person themselves cannot sign in")
	} else {
		in.planted.add(session, tokenOf(got))
	}
}
