package identity

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/go-jose/go-jose/v4"
	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/spiffeid"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// Identity is a service's own id with its private key. It is safe for
// concurrent use.
type Identity struct {
	id     spiffeid.ID
	name   string
	bundle *x509bundle.Bundle
	files  *files // nil for an identity in memory
	signed *signed
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

// newIdentity makes an identity whose tokens are remembered in signed.
func newIdentity(svid *x509svid.SVID, bundle *x509bundle.Bundle, signed *signed) (*Identity, error) {
	name, err := serviceOf(svid.ID)
	if err != nil {
		return nil, err
	}
	id := &Identity{id: svid.ID, name: name, bundle: bundle, signed: signed}
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

// ID returns the SPIFFE ID.
func (i *Identity) ID() spiffeid.ID { return i.id }

// Name returns the service's name, the last part of the ID.
func (i *Identity) Name() string { return i.name }

// Load reads an identity: its certificate (with intermediates), its key, and
// the trust bundle, all PEM.
func Load(certFile, keyFile, bundleFile string) (*Identity, error) {
	f := &files{cert: certFile, key: keyFile, bundle: bundleFile}
	bundle, svid, err := f.read()
	if err != nil {
		return nil, err
	}
	id, err := newIdentity(svid, bundle, newSigned())
	if err != nil {
		return nil, err
	}
	id.files = f
	return id, nil
}

// LoadDir reads <service>.crt, <service>.key and ca.crt of a folder that
// `keyhole certs` made.
func LoadDir(dir, service string) (*Identity, error) {
	return Load(filepath.Join(dir, service+".crt"), filepath.Join(dir, service+".key"), filepath.Join(dir, "ca.crt"))
}

// Reload reads the files again after a renewal. New connections and signatures use the new
// identity. On an error nothing changes.
func (i *Identity) Reload() error {
	if i.files == nil {
		return nil
	}
	bundle, svid, err := i.files.read()
	if err != nil {
		return err
	}
	c, err := i.credential(svid, bundle)
	if err != nil {
		return err
	}
	// The bundle first: this process must trust the new certificate before it signs with it.
	i.bundle.SetX509Authorities(bundle.X509Authorities())
	i.now.Store(c)
	return nil
}
