package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// sign returns a JWS in compact form (RFC 7515, section 3.1). All tokens of a typ share
// one header, which is encoded once because its certificates are most of a token.
func (c *credential) sign(typ string, payload []byte) (string, error) {
	header, err := c.header(typ)
	if err != nil {
		return "", err
	}
	encoding := base64.RawURLEncoding
	token := make([]byte, 0, len(header)+2+encoding.EncodedLen(len(payload))+encoding.EncodedLen(64))
	token = append(append(token, header...), '.')
	token = encoding.AppendEncode(token, payload)
	signature, err := c.signature(token)
	if err != nil {
		return "", err
	}
	return string(encoding.AppendEncode(append(token, '.'), signature)), nil
}

// signature follows RFC 8037 (EdDSA) or RFC 7518, section 3.4 (ES256: two concatenated
// numbers of 32 bytes each).
func (c *credential) signature(message []byte) ([]byte, error) {
	switch key := c.svid.PrivateKey.(type) {
	case ed25519.PrivateKey:
		return ed25519.Sign(key, message), nil
	case *ecdsa.PrivateKey:
		digest := sha256.Sum256(message)
		r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
		if err != nil {
			return nil, fmt.Errorf("sign with ECDSA: %w", err)
		}
		out := make([]byte, 64)
		r.FillBytes(out[:32])
		s.FillBytes(out[32:])
		return out, nil
	default:
		return nil, errors.New("the private key cannot sign: want Ed25519 or ECDSA P-256")
	}
}

func (c *credential) header(typ string) (string, error) {
	if known, ok := c.headers.Load(typ); ok {
		return known.(string), nil
	}
	raw, err := json.Marshal(map[string]any{"alg": c.alg, "typ": typ, "x5c": c.x5c})
	if err != nil {
		return "", fmt.Errorf("marshal header: %w", err)
	}
	header := base64.RawURLEncoding.EncodeToString(raw)
	c.headers.Store(typ, header)
	return header, nil
}

// algorithm returns the signature algorithm of a key. Only these algorithms are allowed.
func algorithm(public crypto.PublicKey) (jose.SignatureAlgorithm, error) {
	switch key := public.(type) {
	case ed25519.PublicKey:
		return jose.EdDSA, nil
	case *ecdsa.PublicKey:
		if key.Curve == elliptic.P256() {
			return jose.ES256, nil
		}
	}
	return "", errors.New("the key of the certificate is not supported: want Ed25519 or ECDSA P-256")
}

// Sign returns a JWS (compact form) of the claims. They must marshal to an object with an
// integer "exp", in Unix seconds, because every token must expire. typ is the type of the
// token; a verifier of one typ refuses all others.
func (i *Identity) Sign(typ string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("marshal claims: %w", err)
	}
	var t times
	if err := json.Unmarshal(payload, &t); err != nil || t.Expiry == 0 {
		return "", errors.New("claims to sign need an integer exp")
	}
	with := i.now.Load()
	token, err := with.sign(typ, payload)
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", typ, err)
	}
	from, until := lifeOf(t.NotBefore, t.Expiry, with.cert.Leaf.NotBefore, with.cert.Leaf.NotAfter)
	i.signed.remember(token, &own{
		verified: verified{service: i.name, typ: typ, payload: payload, from: from, until: until},
		valid:    func() bool { return i.now.Load() == with },
	})
	return token, nil
}

// times are the claims that every token must satisfy.
type times struct {
	NotBefore int64 `json:"nbf"`
	Expiry    int64 `json:"exp"`
}
