package identity

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"time"

	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// Lifetimes of certificates. `keyhole certs` renews certificates on disk. A certificate in
// memory must outlive its process.
const (
	authorityLife = 10 * 365 * 24 * time.Hour
	diskLife      = 365 * 24 * time.Hour
	backdate      = 5 * time.Minute // for peers whose clock is behind
)

// Authority is a certificate authority that issues identities. It serves one process,
// tests and development. A cluster may use any authority that issues certificates with
// SPIFFE ids.
type Authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	life time.Duration
	// signed has the tokens of all identities that this authority issues: they are of one process.
	signed *signed
}

// NewAuthority returns an authority that exists in memory only.
func NewAuthority() (*Authority, error) {
	a, err := makeAuthority()
	if err != nil {
		return nil, err
	}
	a.life = authorityLife
	return a, nil
}

func makeAuthority() (*Authority, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority key: %w", err)
	}
	template, err := newTemplate("Keyhole authority", authorityLife)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign
	template.URIs = []*url.URL{{Scheme: "spiffe", Host: TrustDomain}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		return nil, fmt.Errorf("make authority certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("read authority certificate: %w", err)
	}
	return &Authority{cert: cert, key: key, life: diskLife, signed: newSigned()}, nil
}

func newTemplate(name string, life time.Duration) (*x509.Certificate, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-backdate), NotAfter: now.Add(life),
	}, nil
}

// Issue makes an identity for a service. hosts are DNS names and addresses for clients that
// verify host names instead of SPIFFE IDs.
func (a *Authority) Issue(service string, hosts ...string) (*Identity, error) {
	svid, err := a.issue(service, hosts)
	if err != nil {
		return nil, err
	}
	return newIdentity(svid, x509bundle.FromX509Authorities(trustDomain, []*x509.Certificate{a.cert}), a.signed)
}

func (a *Authority) issue(service string, hosts []string) (*x509svid.SVID, error) {
	if !serviceName.MatchString(service) {
		return nil, fmt.Errorf("service name %q: want lower-case letters, digits and hyphens", service)
	}
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	template, err := newTemplate(service, min(a.life, time.Until(a.cert.NotAfter)))
	if err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	template.URIs = []*url.URL{{Scheme: "spiffe", Host: TrustDomain, Path: "/" + service}}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, public, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	svid, err := x509svid.ParseRaw(der, pkcs8)
	if err != nil {
		return nil, fmt.Errorf("read issued certificate: %w", err)
	}
	return svid, nil
}

// check returns an error if certificate and key do not belong together.
func (a *Authority) check() error {
	type equaler interface{ Equal(x crypto.PublicKey) bool }
	if k, ok := a.key.Public().(equaler); !ok || !k.Equal(a.cert.PublicKey) {
		return errors.New("ca.key is not the key of ca.crt")
	}
	if !a.cert.IsCA || time.Now().After(a.cert.NotAfter) {
		return errors.New("ca.crt is not a certificate of an authority, or it has expired")
	}
	return nil
}
