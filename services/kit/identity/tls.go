package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// ServerTLS serves with this identity. A client's certificate must be of this trust domain.
// Without a certificate the connection is refused or, with clientOptional, anonymous.
func (i *Identity) ServerTLS(clientOptional bool) *tls.Config {
	c := i.baseTLS()
	c.ClientAuth = tls.RequireAnyClientCert
	if clientOptional {
		c.ClientAuth = tls.RequestClientCert
	}
	c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &i.now.Load().cert, nil }
	c.VerifyConnection = func(s tls.ConnectionState) error {
		if len(s.PeerCertificates) == 0 && clientOptional {
			return nil
		}
		_, err := i.PeerOf(s.PeerCertificates)
		return err
	}
	return c
}

// ClientTLS connects with this identity, and only to the service named peer.
func (i *Identity) ClientTLS(peer string) *tls.Config {
	c := i.baseTLS()
	// The certificate names a SPIFFE ID instead of a host, which crypto/tls cannot verify.
	// VerifyConnection verifies chain and ID instead, on every handshake.
	c.InsecureSkipVerify = true
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &i.now.Load().cert, nil }
	c.VerifyConnection = func(s tls.ConnectionState) error {
		name, err := i.PeerOf(s.PeerCertificates)
		if err != nil {
			return err
		}
		if name != peer {
			return fmt.Errorf("the server is %q, not %q", name, peer)
		}
		return nil
	}
	return c
}

func (i *Identity) baseTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS13, SessionTicketsDisabled: true, NextProtos: []string{"h2"}}
}

// PeerOf returns the name of the service that a certificate chain belongs to.
func (i *Identity) PeerOf(chain []*x509.Certificate) (string, error) {
	if len(chain) == 0 {
		return "", errors.New("the peer has no certificate")
	}
	id, _, err := x509svid.Verify(chain, i.bundle)
	if err != nil {
		return "", fmt.Errorf("check peer's certificate: %w", err)
	}
	return serviceOf(id)
}
