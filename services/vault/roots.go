package vault

import (
	"crypto/x509"
	"fmt"
	"os"
)

// readRoots returns the machine's certificate authorities and those of a PEM file. Providers inside an organisation often
// have certificates of a private authority.
func readRoots(pemFile string) (*x509.CertPool, error) {
	more, err := os.ReadFile(pemFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(more) {
		return nil, fmt.Errorf("no PEM certificate in %s", pemFile)
	}
	return pool, nil
}
