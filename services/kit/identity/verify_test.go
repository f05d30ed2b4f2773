package identity_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

type claims struct {
	Sub string `json:"sub"`
	Nbf int64  `json:"nbf,omitempty"`
	Exp int64  `json:"exp,omitempty"`
}

func later() int64 { return time.Now().Add(time.Minute).Unix() }

func sign(t testing.TB, id *identity.Identity, typ string, c claims) string {
	t.Helper()
	s, err := id.Sign(typ, c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestVerifyReturnsTheClaims(t *testing.T) {
	t.Parallel()
	a := authority(t)
	token := sign(t, issue(t, a, "vault"), "principal", claims{Sub: "demo", Exp: later()})
	v := issue(t, a, "runner").Verifier()
	for range 3 { // from the cache too
		var out claims
		if err := v.Verify(token, "principal", []string{"sharing", "vault"}, &out); err != nil || out.Sub != "demo" {
			t.Fatalf("%+v, %v", out, err)
		}
		typed, err := identity.VerifyAs[claims](v, token, "principal", []string{"vault"})
		if err != nil || typed.Sub != "demo" {
			t.Fatalf("%+v, %v", typed, err)
		}
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	a := authority(t)
	vault, stranger := issue(t, a, "vault"), issue(t, authority(t), "vault")
	good := sign(t, vault, "principal", claims{Sub: "demo", Exp: later()})
	parts := strings.Split(good, ".")
	evil := base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"operator","exp":9999999999}`))
	other := strings.Split(sign(t, vault, "run-grant", claims{Sub: "x", Exp: later()}), ".")
	for name, token := range map[string]string{
		"empty":            "",
		"dots":             "..",
		"other authority":  sign(t, stranger, "principal", claims{Exp: later()}),
		"other type":       sign(t, vault, "run-grant", claims{Exp: later()}),
		"other service":    sign(t, issue(t, a, "runner"), "principal", claims{Exp: later()}),
		"expired":          sign(t, vault, "principal", claims{Exp: time.Now().Add(-time.Minute).Unix()}),
		"not yet":          sign(t, vault, "principal", claims{Nbf: time.Now().Add(time.Minute).Unix(), Exp: later() + 600}),
		"changed claims":   parts[0] + "." + evil + "." + parts[2],
		"changed header":   other[0] + "." + parts[1] + "." + parts[2],
		"no signature":     parts[0] + "." + parts[1] + ".",
		"other signature":  parts[0] + "." + parts[1] + "." + other[2],
		"alg none":         header(`{"alg":"none","typ":"principal"}`) + "." + evil + ".",
		"alg HS256":        header(`{"alg":"HS256","typ":"principal"}`) + "." + evil + "." + parts[2],
		"no certificate":   selfSigned(t, nil),
		"own key":          selfSigned(t, chainOf(t, parts[0])),
		"own EC key":       selfSignedEC(t, chainOf(t, parts[0])),
		"too long":         good + strings.Repeat("A", 20<<10),
		"trailing":         good + ".x",
		"JSON form":        `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"detached payload": parts[0] + ".." + parts[2],
	} {
		var out claims
		err := vault.Verifier().Verify(token, "principal", []string{"vault"}, &out)
		if !errors.Is(err, identity.ErrInvalid) || out != (claims{}) {
			t.Errorf("%s: %v, decoded %+v", name, err, out)
		}
	}
}

// The cache must keep callers apart: one caller may trust a token that another may not.
func TestCacheKeepsTypeAndIssuerApart(t *testing.T) {
	t.Parallel()
	vault := issue(t, authority(t), "vault")
	v := vault.Verifier()
	token := sign(t, vault, "principal", claims{Sub: "x", Exp: later()})
	var out claims
	if err := v.Verify(token, "principal", []string{"vault"}, &out); err != nil {
		t.Fatal(err)
	}
	if err := v.Verify(token, "run-grant", []string{"vault"}, &out); err == nil {
		t.Error("taken for another type")
	}
	if err := v.Verify(token, "principal", []string{"sharing"}, &out); err == nil {
		t.Error("taken from a service that may not state it")
	}
	if err := v.Verify(token, "principal", nil, &out); err == nil {
		t.Error("taken where nobody may state it")
	}
}

func TestTimesHoldInTheCacheToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vault := issue(t, authority(t), "vault")
		v := vault.Verifier()
		token := sign(t, vault, "principal", claims{Exp: time.Now().Add(3 * time.Minute).Unix()})
		var out claims
		for _, at := range []time.Duration{0, time.Minute, time.Minute, time.Minute + identity.Skew} {
			time.Sleep(at)
			if err := v.Verify(token, "principal", []string{"vault"}, &out); err != nil {
				t.Fatalf("refused before its end: %v", err)
			}
		}
		time.Sleep(time.Second)
		if err := v.Verify(token, "principal", []string{"vault"}, &out); err == nil {
			t.Error("good after exp and skew")
		}
	})
}

func TestSignNeedsAnEnd(t *testing.T) {
	t.Parallel()
	id := issue(t, authority(t), "vault")
	for name, c := range map[string]any{"none": claims{}, "text": map[string]string{"exp": "soon"}, "no object": 7, "unmarshalable": func() {}} {
		if _, err := id.Sign("t", c); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func header(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// chainOf is the x5c of a protected header.
func chainOf(t *testing.T, protected string) []string {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(protected)
	if err != nil {
		t.Fatal(err)
	}
	var h struct {
		X5c []string `json:"x5c"`
	}
	if err := json.Unmarshal(b, &h); err != nil || len(h.X5c) == 0 {
		t.Fatalf("no chain in %s: %v", b, err)
	}
	return h.X5c
}

// selfSigned signs with its own key under the certificate of another service.
func selfSigned(t *testing.T, chain []string) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return forge(t, jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, chain)
}

func selfSignedEC(t *testing.T, chain []string) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return forge(t, jose.SigningKey{Algorithm: jose.ES256, Key: key}, chain)
}

func forge(t *testing.T, key jose.SigningKey, chain []string) string {
	t.Helper()
	opts := (&jose.SignerOptions{EmbedJWK: true}).WithType("principal")
	if chain != nil {
		opts = opts.WithHeader("x5c", chain)
	}
	s, err := jose.NewSigner(key, opts)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := s.Sign([]byte(`{"sub":"operator","exp":9999999999}`))
	if err != nil {
		t.Fatal(err)
	}
	token, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func FuzzVerify(f *testing.F) {
	vault := issue(f, authority(f), "vault")
	v := vault.Verifier()
	good := sign(f, vault, "principal", claims{Sub: "demo", Exp: time.Now().Add(time.Hour).Unix()})
	f.Add(good)
	f.Add(strings.Replace(good, ".", "..", 1))
	f.Add(header(`{"alg":"none","typ":"principal"}`) + "." + header(`{"exp":9999999999}`) + ".")
	f.Add(header(`{"alg":"EdDSA","typ":"principal","x5c":["AAAA"],"crit":["b64"],"b64":false}`) + ".x.y")
	f.Fuzz(func(t *testing.T, token string) {
		var out claims
		if err := v.Verify(token, "principal", []string{"vault"}, &out); err == nil && out.Sub != "demo" {
			t.Errorf("forged: %q", token)
		}
	})
}

func BenchmarkVerifyCached(b *testing.B) {
	vault := issue(b, authority(b), "vault")
	v := vault.Verifier()
	token := sign(b, vault, "principal", claims{Sub: "demo", Exp: later()})
	allowed := []string{"vault"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := identity.VerifyAs[claims](v, token, "principal", allowed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifyNew(b *testing.B) {
	vault := issue(b, authority(b), "vault")
	v := vault.Verifier()
	tokens := make([]string, 0, b.N)
	for i := range 20000 {
		tokens = append(tokens, sign(b, vault, "principal", claims{Nbf: int64(i), Exp: later()}))
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := identity.VerifyAs[claims](v, tokens[i%len(tokens)], "principal", []string{"vault"}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	vault := issue(b, authority(b), "vault")
	for b.Loop() {
		sign(b, vault, "principal", claims{Sub: "demo", Exp: 9999999999})
	}
}
