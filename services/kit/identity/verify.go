package identity

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// Limits of a verifier.
const (
	maxToken = 16 << 10
	maxChain = 4
	// recheck bounds the time for which a verified certificate is trusted without another
	// check, so that a reloaded bundle takes effect.
	recheck      = time.Minute
	cacheSigners = 64
)

// ErrInvalid is wrapped by every error of Verify. The token must not be trusted.
var ErrInvalid = errors.New("invalid token")

// Verifier verifies tokens signed by identities of the same installation. It is safe for
// concurrent use.
type Verifier struct {
	bundle  *x509bundle.Bundle
	now     func() time.Time
	signers *recent[string, *signer]
	tokens  *recent[tokenKey, *verified]
	signed  *signed // what this process signed; never nil
}

type tokenKey struct{ typ, token string }

// signer is a verified protected header. All tokens of one typ by one identity share it.
type signer struct {
	key     crypto.PublicKey
	alg     jose.SignatureAlgorithm
	typ     string
	service string
	until   time.Time
}

// Verifier returns a verifier that uses this identity's trust bundle.
func (i *Identity) Verifier() *Verifier { return newVerifier(i.bundle, i.signed, time.Now) }

func newVerifier(bundle *x509bundle.Bundle, signed *signed, now func() time.Time) *Verifier {
	return &Verifier{
		bundle: bundle, now: now, signed: signed,
		signers: newRecent[string, *signer](cacheSigners), tokens: newRecent[tokenKey, *verified](cacheTokens),
	}
}

// Verify checks a JWS: its typ, its signature by one of the allowed services, a certificate
// that the trust bundle accepts now, and its times. It then decodes the claims into out. It
// does not prove who presented the token.
func (v *Verifier) Verify(token, typ string, allowed []string, out any) error {
	t, err := v.check(token, typ, allowed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(t.payload, out); err != nil {
		return invalid("claims: %w", err)
	}
	return nil
}

// VerifyAs is Verify for a token that is presented many times. It caches the decoded
// claims. They are shared, so T must be immutable.
func VerifyAs[T any](v *Verifier, token, typ string, allowed []string) (T, error) {
	var out T
	t, err := v.check(token, typ, allowed)
	if err != nil {
		return out, err
	}
	if known, ok := t.value.(T); ok {
		return known, nil
	}
	if err := json.Unmarshal(t.payload, &out); err != nil {
		return out, invalid("claims: %w", err)
	}
	with := *t
	with.value = out
	if !v.signed.decoded(token, &with) {
		v.tokens.put(tokenKey{typ, token}, &with)
	}
	return out, nil
}

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrInvalid, fmt.Errorf(format, args...))
}

func (v *Verifier) check(token, typ string, allowed []string) (*verified, error) {
	if len(token) > maxToken {
		return nil, invalid("%d bytes are too long", len(token))
	}
	now := v.now()
	if t := v.signed.get(token, typ); t != nil && !now.After(t.until) {
		return t, t.admit(allowed, now)
	}
	key := tokenKey{typ, token}
	t, known := v.tokens.get(key)
	fresh := !known || now.After(t.until)
	if fresh {
		var err error
		if t, err = v.parse(token, typ, now); err != nil {
			return nil, err
		}
	}
	if err := t.admit(allowed, now); err != nil {
		return nil, err
	}
	if fresh {
		v.tokens.put(key, t)
	}
	return t, nil
}

// admit checks what differs between the uses of a token: who may sign it, and the time.
func (t *verified) admit(allowed []string, now time.Time) error {
	if !slices.Contains(allowed, t.service) {
		return invalid("signed by %q, which may not sign this kind of token", t.service)
	}
	if now.Before(t.from) || now.After(t.until) {
		return invalid("not valid at this time")
	}
	return nil
}

func (v *Verifier) parse(token, typ string, now time.Time) (*verified, error) {
	header, _, ok := strings.Cut(token, ".")
	if !ok {
		return nil, invalid("not in compact form")
	}
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.EdDSA, jose.ES256})
	if err != nil {
		return nil, invalid("parse: %w", err)
	}
	s, ok := v.signers.get(header)
	if !ok || now.After(s.until) {
		if s, err = v.signer(jws.Signatures[0].Protected, now); err != nil {
			return nil, err
		}
	}
	if s.typ != typ {
		return nil, invalid("the token is a %q, not a %q", s.typ, typ)
	}
	payload, err := jws.Verify(s.key)
	if err != nil {
		return nil, invalid("signature: %w", err)
	}
	v.signers.put(header, s) // after the signature check, so that only real signers fill the cache
	var claims times
	if err := json.Unmarshal(payload, &claims); err != nil || claims.Expiry == 0 {
		return nil, invalid("no integer exp")
	}
	return &verified{
		service: s.service, typ: typ, payload: payload, from: time.Unix(claims.NotBefore, 0).Add(-Skew),
		until: earlier(time.Unix(claims.Expiry, 0).Add(Skew), s.until),
	}, nil
}

// signer checks the certificate chain of a protected header.
func (v *Verifier) signer(h jose.Header, now time.Time) (*signer, error) {
	typ, _ := h.ExtraHeaders[jose.HeaderType].(string)
	pool := x509.NewCertPool()
	for _, ca := range v.bundle.X509Authorities() {
		pool.AddCert(ca)
	}
	chains, err := h.Certificates(x509.VerifyOptions{
		Roots: pool, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return nil, invalid("certificate: %w", err)
	}
	if len(chains) == 0 || len(chains[0]) > maxChain {
		return nil, invalid("certificate chain is longer than %d", maxChain)
	}
	// Check the rules for SPIFFE IDs too: exactly one URI, and not an authority.
	chain := chains[0]
	id, _, err := x509svid.Verify(chain[:max(1, len(chain)-1)], v.bundle, x509svid.WithTime(now))
	if err != nil {
		return nil, invalid("certificate: %w", err)
	}
	service, err := serviceOf(id)
	if err != nil {
		return nil, invalid("certificate: %w", err)
	}
	leaf := chain[0]
	alg, err := algorithm(leaf.PublicKey)
	if err != nil || string(alg) != h.Algorithm {
		return nil, invalid("algorithm %q is not that of the certificate's key", h.Algorithm)
	}
	return &signer{
		key: leaf.PublicKey, alg: alg, typ: typ, service: service,
		until: earlier(now.Add(recheck), leaf.NotAfter),
	}, nil
}
