package vault_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/idp"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

// broken answers everything with a status.
func broken(status int) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		http.Error(w, "broken", status)
		return true
	}
}

// at applies a handler to one path.
func at(path string, answer http.HandlerFunc) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != path {
			return false
		}
		answer(w, r)
		return true
	}
}

// An answer counts once, in the browser that asked for it, and from the issuer that was asked.
func TestAttackAnswerOfTheIdentityProvider(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O1", "answers of the identity provider that are replayed, planted or of another issuer")
	entrances(t, func(t *testing.T, e *entrance) {
		fresh := func() (browser, url.Values) {
			e.idp.Does(idp.Behaviour{Claims: ada})
			b := e.begin(t)
			return b, e.idp.Visit(t, b.location)
		}
		try := func(name string, b browser, answer url.Values) {
			_, err := e.finish(b, answer)
			a.Attempt(err != nil, "%s is accepted", name)
		}
		mine, answer := fresh()
		theirs, planted := fresh()
		try("an answer for another browser", mine, planted)
		try("an answer in a browser that began nothing", browser{}, answer)
		for _, flow := range []string{"x", strings.Repeat("A", 80), mine.flow[:len(mine.flow)-2], mine.flow + "AA", mine.flow[:20] + "AAAA" + mine.flow[24:]} {
			try("a forged cookie", browser{flow: flow}, answer)
		}
		other := newEntrance(t, testkit.SQLite(t), nil)
		foreign := other.begin(t)
		try("a cookie of another installation", browser{flow: foreign.flow}, other.idp.Visit(t, foreign.location))
		for _, state := range []string{"", "x", planted.Get("state"), strings.ToLower(answer.Get("state")), answer.Get("state") + " "} {
			changed := maps.Clone(answer)
			changed.Set("state", state)
			try("the state "+state, mine, changed)
		}
		for _, iss := range []string{"", "https://evil.example", e.idp.URL + "/", strings.ToUpper(e.idp.URL)} {
			b, answer := fresh()
			answer.Set("iss", iss)
			try("the issuer "+iss, b, answer)
		}
		if _, err := e.finish(theirs, planted); err != nil {
			t.Errorf("the person themselves: %v", err)
		}
		try("the same answer again", theirs, planted)
		e.idp.Does(idp.Behaviour{Claims: ada, CodesLast: true})
		again := e.begin(t)
		used := e.idp.Visit(t, again.location)
		_, err := e.finish(again, used)
		must(t, err)
		try("the same answer again, at a provider that takes codes twice", again, used)
		next := e.begin(t)
		injected := e.idp.Visit(t, next.location)
		injected.Set("code", used.Get("code"))
		try("a code of another sign-in, at a provider that takes codes twice", next, injected)
		e.idp.Does(idp.Behaviour{Claims: ada, CodesLast: true, NoPKCE: true})
		next = e.begin(t)
		injected = e.idp.Visit(t, next.location)
		injected.Set("code", used.Get("code"))
		try("a code of another sign-in, at a provider without PKCE (the nonce)", next, injected)
		late, answer := fresh()
		e.offset.Store(int64(11 * time.Minute))
		try("an answer after eleven minutes", late, answer)
		e.offset.Store(0)
		for _, peer := range []string{"sharing", "runner", "registry"} {
			_, err := e.asPeer(peer).FinishSignIn(context.Background(), &vaultinternalv1.FinishSignInRequest{Flow: late.flow, State: answer.Get("state"), Code: answer.Get("code")})
			a.Attempt(err != nil, "%s finishes a sign-in", peer)
		}
	})
}

// The vault takes an ID token only if the issuer signed it for this client, this sign-in and now.
func TestAttackIDTokens(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O2", "ID tokens that are forged, expired, or of another client, issuer or sign-in")
	e := newEntrance(t, testkit.SQLite(t), nil)
	now := time.Now().Unix()
	key := e.idp.Key()
	public, err := x509.MarshalPKIXPublicKey(key.Public().Key)
	must(t, err)
	hmac := func(secret []byte) func(map[string]any) string {
		return func(c map[string]any) string {
			return idp.Sign(jose.HS256, jose.JSONWebKey{Key: secret, KeyID: key.KeyID}, c)
		}
	}
	stolen := idp.NewKey()
	stolen.KeyID = key.KeyID
	for name, b := range map[string]idp.Behaviour{
		"another nonce":          {Claims: claims(ada, "nonce", "another-nonce-of-some-length")},
		"no nonce":               {Claims: claims(ada, "nonce", nil)},
		"a nonce of a type":      {Claims: claims(ada, "nonce", []string{"x"})},
		"another client":         {Claims: claims(ada, "aud", "other")},
		"no client":              {Claims: claims(ada, "aud", nil)},
		"two clients":            {Claims: claims(ada, "aud", []string{idp.ClientID, "other"})},
		"azp of another":         {Claims: claims(ada, "azp", "other")},
		"two clients, azp other": {Claims: claims(ada, "aud", []string{idp.ClientID, "other"}, "azp", "other")},
		"azp of another type":    {Claims: claims(ada, "azp", []string{idp.ClientID})},
		"another issuer":         {Claims: claims(ada, "iss", "https://evil.example")},
		"the issuer and a slash": {Claims: claims(ada, "iss", e.idp.URL+"/")},
		"expired":                {Claims: claims(ada, "exp", now-1)},
		"no expiry":              {Claims: claims(ada, "exp", nil)},
		"not yet":                {Claims: claims(ada, "nbf", now+3600)},
		"no subject":             {Claims: claims(ada, "sub", nil)},
		"an empty subject":       {Claims: claims(ada, "sub", "")},
		"a long subject":         {Claims: claims(ada, "sub", strings.Repeat("a", 256))},
		"a subject with a zero":  {Claims: claims(ada, "sub", "ada\x00")},
		"a number as subject":    {Claims: claims(ada, "sub", 7)},
		"another key":            {Claims: ada, Sign: func(c map[string]any) string { return idp.Sign(jose.RS256, stolen, c) }},
		"a key of its own": {Claims: ada, Sign: func(c map[string]any) string {
			k := idp.NewKey()
			s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: k}, &jose.SignerOptions{EmbedJWK: true})
			must(t, err)
			signed, err := s.Sign([]byte(idp.JSON(c)))
			must(t, err)
			text, err := signed.CompactSerialize()
			must(t, err)
			return text
		}},
		"HS256 with the public key, DER": {Claims: ada, Sign: hmac(public)},
		"HS256 with the public key, PEM": {Claims: ada, Sign: hmac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))},
		"HS256 with the client secret":   {Claims: ada, Sign: hmac([]byte(e.idp.Secret + strings.Repeat("\x00", 8)))},
		"alg none":                       {Claims: ada, Sign: func(c map[string]any) string { return idp.Unsigned(`{"alg":"none"}`, c) }},
		"alg None":                       {Claims: ada, Sign: func(c map[string]any) string { return idp.Unsigned(`{"alg":"None","typ":"JWT"}`, c) }},
		"RS256 without a signature":      {Claims: ada, Sign: func(c map[string]any) string { return idp.Unsigned(`{"alg":"RS256","kid":"`+key.KeyID+`"}`, c) }},
		"no token":                       {Claims: ada, Sign: func(map[string]any) string { return "" }},
		"no JWT":                         {Claims: ada, Sign: func(map[string]any) string { return "a.b" }},
		"a huge token":                   {Claims: ada, Sign: func(map[string]any) string { return strings.Repeat("A", 200<<10) }},
	} {
		e.idp.Does(b)
		in := e.begin(t)
		_, err := e.asPeer("gateway").FinishSignIn(guest("visitor-of-"+name), &vaultinternalv1.FinishSignInRequest{
			Flow: in.flow, State: stateOf(t, in), Code: e.idp.Visit(t, in.location).Get("code"), Issuer: e.idp.URL,
		})
		a.Attempt(err != nil && len(e.people(t, e.n)) == 0, "%s: %v", name, err)
	}
	if _, err := e.enter(t, claims(ada, "aud", []string{idp.ClientID, "other"}, "azp", idp.ClientID)); err != nil {
		t.Errorf("a token for two clients, made for this one: %v", err)
	}
}

func stateOf(t testing.TB, b browser) string {
	t.Helper()
	u, err := url.Parse(b.location)
	must(t, err)
	return u.Query().Get("state")
}

// Only the claims that a rule means give access.
func TestAttackClaimsThatLookLikeARule(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O3", "claims that only look like those of a rule")
	e := newEntrance(t, testkit.SQLite(t), nil)
	verified := func(email any) map[string]any {
		return map[string]any{"sub": "eve", "email": email, "email_verified": true}
	}
	tried := map[string]map[string]any{}
	for _, email := range []any{
		"a@evil.com@acme.com", "a@acme.com@evil.com", "a@acme.com.evil.com", "a@evil.com#@acme.com", "a@notacme.com", "a@sub.acme.com", "@acme.com", "acme.com", "a@acme.com.",
		"a@acme.com ", " a@acme.com", "a@acme.com\n", "a@acme.com\x00", "a@\u0430cme.com", "a@acm\u212a.com", "a@\uff41cme.com", "a@acme\u3002com", "a@acme。com", "a@xn--cme-5cd.com",
		"\"a@evil.com\"@acme.com", "<a@evil.com>@acme.com", "a@[acme.com]", "evil.com,a@acme.com", "evil.com;a@acme.com", "a b@acme.com", "\u202ea@acme.com", "a@acme.com,b@evil.com",
		[]string{"a@acme.com"},
		map[string]any{"0": "a@acme.com"},
		7, true, nil,
	} {
		tried[fmt.Sprintf("e-mail %q", email)] = verified(email)
	}
	for _, v := range []any{false, nil, "true", "True", 1, "1", []bool{true}, map[string]any{}} {
		tried[fmt.Sprintf("verified as %v %T", v, v)] = map[string]any{"sub": "eve", "email": "a@acme.com", "email_verified": v}
	}
	for _, g := range []any{
		"keyhole admins,x", "x,keyhole admins", "Keyhole Admins", "keyhole admins ", " keyhole admins", "keyhole", "admins", "keyhole  admins", "keyhole\u00a0admins", "keyhole admins\x00",
		[]any{[]string{"keyhole admins"}},
		[]any{"keyhole admins", 7},
		[]any{"keyhole admins", nil},
		[]any{map[string]any{"name": "keyhole admins"}},
		map[string]any{"keyhole admins": true},
		map[string]any{"0": "keyhole admins"},
		7, true,
		[]any{},
		"", nil,
	} {
		tried[fmt.Sprintf("groups %v %T", g, g)] = map[string]any{"sub": "eve", "groups": g}
	}
	tried["Groups"] = map[string]any{"sub": "eve", "Groups": []string{"keyhole admins"}}
	tried["EMAIL"] = map[string]any{"sub": "eve", "EMAIL": "a@acme.com", "Email_Verified": true}
	for name, c := range tried {
		_, err := e.enter(t, c)
		reason := errs.ReasonOf(err)
		a.Attempt(reason == errorsv1.Reason_REASON_SIGN_IN_NO_ACCESS || reason == errorsv1.Reason_REASON_EMAIL_NOT_VERIFIED, "%s: %v", name, err)
	}
	if n := len(e.people(t, e.n)); n != 0 {
		t.Errorf("%d people came in", n)
	}
}

// A faulty provider fails one sign-in, quickly and with a clear message.
func TestAttackIdentityProviderWithAFault(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O4", "an identity provider that hangs, fails, answers without end, or sends people elsewhere")
	huge := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"issuer": "`))
		for range 64 {
			_, _ = w.Write([]byte(strings.Repeat("a", 1<<20)))
		}
	}
	evil := func(change func(map[string]any)) idp.Behaviour { return idp.Behaviour{Document: change} }
	set := func(name string, value any) idp.Behaviour { return evil(func(d map[string]any) { d[name] = value }) }
	for name, b := range map[string]idp.Behaviour{
		"500": {Before: broken(500)}, "404": {Before: broken(404)}, "huge": {Before: at("/.well-known/openid-configuration", huge)},
		"redirect": {Before: at("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		})},
		"no JSON":         {Before: at("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })},
		"another issuer":  set("issuer", "https://evil.example"),
		"a script":        set("authorization_endpoint", "javascript:alert(1)//"),
		"plain HTTP":      set("token_endpoint", "http://id.acme.com/token"),
		"keys over HTTP":  set("jwks_uri", "http://id.acme.com/keys"),
		"a file":          set("jwks_uri", "file:///etc/passwd"),
		"a user":          set("authorization_endpoint", "https://acme.com@evil.example/"),
		"no token":        set("token_endpoint", nil),
		"a sign-out page": set("end_session_endpoint", "javascript:alert(1)"),
		"PKCE downgrade":  set("code_challenge_methods_supported", []string{"plain"}),
	} {
		e := newEntrance(t, testkit.SQLite(t), nil)
		e.idp.Does(b)
		_, err := e.asPeer("gateway").StartSignIn(guest("v"), &vaultinternalv1.StartSignInRequest{Origin: here})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_UNAVAILABLE && !strings.Contains(err.Error(), "evil"), "%s: %v", name, err)
	}
	e := newEntrance(t, testkit.SQLite(t), nil)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	hang := func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	}
	for name, before := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"token 500": at("/token", func(w http.ResponseWriter, _ *http.Request) { broken(500)(w, nil) }), "huge token": at("/token", huge), "hanging token": at("/token", hang),
		"keys 500": at("/keys", func(w http.ResponseWriter, _ *http.Request) { broken(500)(w, nil) }), "huge keys": at("/keys", huge),
		"token elsewhere": at("/token", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		}),
	} {
		e.idp.Does(idp.Behaviour{Claims: ada})
		b := e.begin(t)
		answer := e.idp.Visit(t, b.location)
		e.idp.Does(idp.Behaviour{Claims: ada, Before: before})
		_, err := e.finish(b, answer)
		reason := errs.ReasonOf(err)
		a.Attempt(reason == errorsv1.Reason_REASON_UNAVAILABLE || reason == errorsv1.Reason_REASON_UNAUTHENTICATED, "%s: %v", name, err)
	}
	for code, want := range map[string]errorsv1.Reason{
		"access_denied": errorsv1.Reason_REASON_SIGN_IN_REFUSED, "server_error": errorsv1.Reason_REASON_UNAVAILABLE, "<b>call 555</b>": errorsv1.Reason_REASON_SIGN_IN_REFUSED,
	} {
		b := e.begin(t)
		_, err := e.finish(b, url.Values{"state": {stateOf(t, b)}, "iss": {e.idp.URL}, "error": {code}})
		a.Attempt(errs.ReasonOf(err) == want && !strings.Contains(fmt.Sprint(err), "555"), "the error %s: %v", code, err)
	}
	if _, err := e.enter(t, ada); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

// No log has the values of a sign-in, and the browser cannot read the verifier.
func TestAttackSecretsOfASignIn(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O5", "codes, tokens, states and the client secret in logs and in the browser")
	e := newEntrance(t, testkit.SQLite(t), nil)
	var issued []string
	sign := func(c map[string]any) string {
		token := idp.Sign(jose.RS256, e.idp.Key(), c)
		issued = append(issued, token, fmt.Sprint(c["nonce"]))
		return token
	}
	for _, c := range []map[string]any{ada, claims(ada, "nonce", "other-nonce-other-nonce"), claims(ada, "email", "a@b.com"), claims(ada, "exp", 7)} {
		e.idp.Does(idp.Behaviour{Claims: c, Sign: sign})
		b := e.begin(t)
		answer := e.idp.Visit(t, b.location)
		got, _ := e.finish(b, answer)
		_, _ = e.finish(b, answer)
		issued = append(issued, b.flow, answer.Get("code"), answer.Get("state"))
		if token := got.GetSession().GetToken(); token != "" {
			issued = append(issued, token)
		}
		plain, err := url.Parse(b.location)
		must(t, err)
		a.Attempt(plain.Query().Get("code_challenge_method") == "S256" && !strings.Contains(b.location, "verifier"), "the challenge is open: %s", b.location)
		a.Attempt(plain.Query().Get("redirect_uri") == here+openid.CallbackPath, "the redirect URL is %s", plain.Query().Get("redirect_uri"))
	}
	log := string(e.log.Bytes())
	for _, secret := range append(issued, e.idp.Secret, "at-", "ada@acme.com") {
		a.Attempt(!strings.Contains(log, secret), "the log has %.12s...", secret)
	}
	for _, origin := range []string{"https://evil.example", "https://keyhole.example.evil.example", "http://keyhole.example", "null"} {
		_, err := e.asPeer("gateway").StartSignIn(guest("v"), &vaultinternalv1.StartSignInRequest{Origin: origin})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_ORIGIN_REFUSED, "a page of %s begins a sign-in: %v", origin, err)
	}
}

// A visitor has as many wrong codes as wrong keys.
func TestAttackGuessingCodes(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "O6", "many wrong codes from one address, which the vault would all take to the provider")
	e := newEntrance(t, testkit.SQLite(t), nil)
	for i := range 60 {
		b := e.begin(t)
		answer := url.Values{"state": {stateOf(t, b)}, "iss": {e.idp.URL}, "code": {fmt.Sprint("guess-", i)}}
		_, err := e.finish(b, answer)
		a.Attempt(err != nil, "guess %d is a code", i)
	}
	a.Attempt(e.idp.Asked("/token") < 40, "the provider was asked %d times", e.idp.Asked("/token"))
}

// Settings that would be unsafe do not start.
func TestUnsafeSettingsOfTheIdentityProvider(t *testing.T) {
	t.Parallel()
	p := idp.Start(t)
	for name, change := range map[string]func(*openid.Settings){
		"plain HTTP":       func(s *openid.Settings) { s.Issuer = "http://id.acme.com" },
		"no URL":           func(s *openid.Settings) { s.Issuer = "id.acme.com" },
		"base over HTTP":   func(s *openid.Settings) { s.RedirectBase = "http://keyhole.acme.com" },
		"base with a path": func(s *openid.Settings) { s.RedirectBase = "https://acme.com/keyhole" },
		"no base":          func(s *openid.Settings) { s.RedirectBase = "" },
		"no client":        func(s *openid.Settings) { s.ClientID = "" },
		"no secret":        func(s *openid.Settings) { s.ClientSecretFile = "" },
		"no rule":          func(s *openid.Settings) { s.Rules = nil },
		"operators":        func(s *openid.Settings) { s.Rules = []string{"groups has root => operator/owner"} },
		"an unknown role":  func(s *openid.Settings) { s.Rules = []string{"groups has root => demo/admin"} },
		"no workspace":     func(s *openid.Settings) { s.Rules = []string{"groups has root => owner"} },
		"any domain":       func(s *openid.Settings) { s.Rules = []string{"email-domain * => demo/owner"} },
		"an upper domain":  func(s *openid.Settings) { s.Rules = []string{"email-domain Acme.com => demo/owner"} },
		"a whole address":  func(s *openid.Settings) { s.Rules = []string{"email has a@acme.com => demo/owner"} },
		"nonsense":         func(s *openid.Settings) { s.Rules = []string{"everybody"} },
	} {
		s := openid.Settings{Issuer: p.URL, Name: "Acme", ClientID: "k", ClientSecretFile: p.SecretFile, RedirectBase: here, Rules: []string{"groups has root => demo/owner"}}
		change(&s)
		if _, err := openid.New(s, openid.Deps{Key: secretOf(strings.Repeat("k", 32)), Now: time.Now}); err == nil {
			t.Errorf("%s starts", name)
		}
	}
}
