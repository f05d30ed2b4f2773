package identity

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"sync/atomic"

	"github.com/go-jose/go-jose/v4"
	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// TrustDomain is the domain of all ids of an installation.
const TrustDomain = "keyhole"

var (
	trustDomain = spiffeid.RequireTrustDomainFromString(TrustDomain)
	serviceName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
)

// Identity is a service's own id with its private key. It is safe for
// concurrent use.
type Identity struct {
	id     spiffeid.ID
	name   string
	bundle *x509bundle.Bundle
	files  *files // nil for an identity in memory
	// now is atomic because each handshake and signature reads it, and Reload replaces it whole.
	now atomic.Pointer[credential]
}

// credential holds what Reload replaces: certificate, key, and derived values.
type credential struct {
	cert    tls.Certificate
	svid    *x509svid.SVID
	alg     jose.SignatureAlgorithm
	x5c     []string
	headers sync.Map // encoded headers by typ, written once each; there are three or four
}

func newIdentity(svid *x509svid.SVID, bundle *x509bundle.Bundle) (*Identity, error) {
	name, err := serviceOf(svid.ID)
	if err != nil {
		return nil, err
	}
	id := &Identity{id: svid.ID, name: name, bundle: bundle}
	c, err := id.credential(svid, bundle)
	if err != nil {
		return nil, err
	}
	id.now.Store(c)
	return id, nil
}

// credential prepares svid for use. It refuses an svid with another id or one that the
// bundle does not trust, because every peer would refuse it later.
func (i *Identity) credential(svid *x509svid.SVID, bundle *x509bundle.Bundle) (*credential, error) {
	if svid.ID != i.id {
		return nil, fmt.Errorf("the certificate belongs to %s, not to %s", svid.ID, i.id)
	}
	if _, _, err := x509svid.Verify(svid.Certificates, bundle); err != nil {
		return nil, fmt.Errorf("check own certificate against the trust bundle: %w", err)
	}
	alg, err := algorithm(svid.PrivateKey.Public())
	if err != nil {
		return nil, err
	}
	c := &credential{svid: svid, alg: alg}
	c.cert.PrivateKey, c.cert.Leaf = svid.PrivateKey, svid.Certificates[0]
	for _, cert := range svid.Certificates {
		c.cert.Certificate = append(c.cert.Certificate, cert.Raw)
		c.x5c = append(c.x5c, base64.StdEncoding.EncodeToString(cert.Raw))
	}
	return c, nil
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

// serviceOf returns the service name in an id of this trust domain.
func serviceOf(id spiffeid.ID) (string, error) {
	if id.TrustDomain() != trustDomain || len(id.Path()) < 2 || !serviceName.MatchString(id.Path()[1:]) {
		return "", fmt.Errorf("%q is not the id of a service: want spiffe://%s/<service>", id, TrustDomain)
	}
	return id.Path()[1:], nil
}

// ID returns the SPIFFE ID.
func (i *Identity) ID() spiffeid.ID { return i.id }

// Name returns the service's name, the last part of the ID.
func (i *Identity) Name() string { return i.name }

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
	token, err := i.now.Load().sign(typ, payload)
	if err != nil {
		return "", fmt.Errorf("sign %s: %w", typ, err)
	}
	return token, nil
}
