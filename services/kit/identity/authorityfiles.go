package identity

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// OpenAuthority reads ca.crt and ca.key of a folder, or creates them. Only the owner of the
// key's file can read it.
func OpenAuthority(dir string) (*Authority, error) {
	certFile, keyFile := filepath.Join(dir, "ca.crt"), filepath.Join(dir, "ca.key")
	cert, err := readPEM(certFile, "CERTIFICATE")
	if errors.Is(err, fs.ErrNotExist) {
		return createAuthority(dir, certFile, keyFile)
	}
	if err != nil {
		return nil, err
	}
	key, err := readPEM(keyFile, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	return parseAuthority(cert, key)
}

func createAuthority(dir, certFile, keyFile string) (*Authority, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make certificate folder: %w", err)
	}
	a, err := makeAuthority()
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return nil, fmt.Errorf("encode authority key: %w", err)
	}
	return a, errors.Join(writePEM(keyFile, 0o600, "PRIVATE KEY", der), writePEM(certFile, 0o644, "CERTIFICATE", a.cert.Raw))
}

func parseAuthority(certDER, keyDER []byte) (*Authority, error) {
	cert, err := x509.ParseCertificate(certDER)
	if err != nil {
		return nil, fmt.Errorf("parse authority certificate: %w", err)
	}
	key, err := x509.ParsePKCS8PrivateKey(keyDER)
	if err != nil {
		return nil, errors.New("the authority's key cannot be parsed: want PKCS #8")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the authority's key cannot sign: want Ed25519 or ECDSA P-256")
	}
	a := &Authority{cert: cert, key: signer, life: diskLife, signed: newSigned()}
	return a, a.check()
}

// Write issues an identity and writes it to <service>.crt and <service>.key of a folder. It
// replaces existing files, which renews them. Load it with LoadDir.
func (a *Authority) Write(dir, service string, hosts ...string) error {
	svid, err := a.issue(service, hosts)
	if err != nil {
		return err
	}
	cert, key, err := svid.MarshalRaw()
	if err != nil {
		return fmt.Errorf("encode identity: %w", err)
	}
	return errors.Join(
		writePEM(filepath.Join(dir, service+".key"), 0o600, "PRIVATE KEY", key),
		writePEM(filepath.Join(dir, service+".crt"), 0o644, "CERTIFICATE", cert))
}

func readPEM(path, kind string) ([]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil || block.Type != kind {
		return nil, fmt.Errorf("%s contains no %s in PEM", path, kind)
	}
	return block.Bytes, nil
}

// writePEM replaces a file atomically, so that no reader sees a part of it.
func writePEM(path string, mode fs.FileMode, kind string, der []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write certificate folder: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	err = errors.Join(pem.Encode(tmp, &pem.Block{Type: kind, Bytes: der}), tmp.Chmod(mode), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
