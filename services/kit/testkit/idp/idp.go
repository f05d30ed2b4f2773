package idp

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// ClientID is the one client of the provider.
const ClientID = "keyhole"

// Behaviour is what a test chooses. The zero value is a provider without a fault.
type Behaviour struct {
	// Claims are further claims of the person. A nil removes the claim of that name.
	Claims map[string]any
	// UserInfo are the claims of the userinfo endpoint; nil means that there is none.
	UserInfo map[string]any
	// Sign makes the ID token; nil is RS256 with the provider's key.
	Sign func(claims map[string]any) string
	// Document changes the discovery document.
	Document func(map[string]any)
	// Before answers a request in place of the provider; it reports whether it did.
	Before func(http.ResponseWriter, *http.Request) bool
	// CodesLast takes a code again, and NoPKCE does not look at the verifier.
	CodesLast, NoPKCE bool
}

// Provider is a running provider.
type Provider struct {
	*httptest.Server
	SecretFile string // with the client's secret
	Secret     string

	mu    sync.Mutex
	does  Behaviour
	key   jose.JSONWebKey
	codes map[string]grant
	asked map[string]int // requests by path
}

// grant is what a code stands for.
type grant struct{ redirect, challenge, nonce string }

// Start starts a provider for a test.
func Start(t testing.TB) *Provider {
	t.Helper()
	p := &Provider{Secret: rand.Text(), codes: map[string]grant{}, asked: map[string]int{}}
	p.SecretFile = filepath.Join(t.TempDir(), "client-secret")
	if err := os.WriteFile(p.SecretFile, []byte(p.Secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Rotate()
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

// Does changes the behaviour from now on.
func (p *Provider) Does(b Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.does = b
}

// Rotate replaces the key that signs. The old key is withdrawn immediately.
func (p *Provider) Rotate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.key = NewKey()
}

// NewKey makes a key that signs.
func NewKey() jose.JSONWebKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return jose.JSONWebKey{Key: k, KeyID: rand.Text(), Algorithm: "RS256", Use: "sig"}
}

// Key is the key that signs now.
func (p *Provider) Key() jose.JSONWebKey {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.key
}

// Asked is how many requests a path had.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

// ServeHTTP implements http.Handler.
func (p *Provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked[r.URL.Path]++
	does, key := p.does, p.key
	p.mu.Unlock()
	if does.Before != nil && does.Before(w, r) {
		return
	}
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		p.document(w, does)
	case "/keys":
		reply(w, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key.Public()}})
	case "/authorize":
		p.authorize(w, r)
	case "/token":
		p.token(w, r, does, key)
	case "/userinfo":
		reply(w, http.StatusOK, does.UserInfo)
	default:
		http.NotFound(w, r)
	}
}

func (p *Provider) document(w http.ResponseWriter, does Behaviour) {
	d := map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"end_session_endpoint": p.URL + "/logout?from=here", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"code_challenge_methods_supported": []string{"S256"}, "authorization_response_iss_parameter_supported": true,
	}
	if does.UserInfo != nil {
		d["userinfo_endpoint"] = p.URL + "/userinfo"
	}
	if does.Document != nil {
		does.Document(d)
	}
	reply(w, http.StatusOK, d)
}

func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || back.Path != "/app/openid/callback" || q.Get("client_id") != ClientID || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || len(q.Get("state")) < 20 || len(q.Get("nonce")) < 20 {
		http.Error(w, "bad authorization request", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = grant{redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), nonce: q.Get("nonce")}
	p.mu.Unlock()
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request, does Behaviour, key jose.JSONWebKey) {
	id, secret, _ := r.BasicAuth()
	code := r.PostFormValue("code")
	p.mu.Lock()
	g, known := p.codes[code]
	if !does.CodesLast {
		delete(p.codes, code)
	}
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	proved := base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge || does.NoPKCE
	switch {
	case id != ClientID || secret != p.Secret:
		reply(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	case !known || !proved || g.redirect != r.PostFormValue("redirect_uri"):
		reply(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "code " + code})
		return
	}
	now := time.Now().Unix()
	claims := map[string]any{"iss": p.URL, "sub": "person-1", "aud": ClientID, "iat": now, "exp": now + 60, "nonce": g.nonce}
	maps.Copy(claims, does.Claims)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	sign := does.Sign
	if sign == nil {
		sign = func(c map[string]any) string { return Sign(jose.RS256, key, c) }
	}
	reply(w, http.StatusOK, map[string]any{"access_token": "at-" + rand.Text(), "token_type": "Bearer", "expires_in": 60, "id_token": sign(claims)})
}

// Sign makes a token.
func Sign(alg jose.SignatureAlgorithm, key jose.JSONWebKey, claims map[string]any) string {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, nil)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign([]byte(JSON(claims)))
	if err != nil {
		panic(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return text
}

// Unsigned makes a token with a header of the test's choice and no signature.
func Unsigned(header string, claims map[string]any) string {
	return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(JSON(claims))) + "."
}

// JSON writes claims.
func JSON(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// Visit opens the provider's page as the person, and returns what the provider answers to the client.
func (p *Provider) Visit(t testing.TB, location string) url.Values {
	t.Helper()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := c.Get(location)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatalf("the provider answered %s to %s", res.Status, location)
	}
	return back.Query()
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
