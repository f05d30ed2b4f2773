package identity

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"

	"github.com/spiffe/go-spiffe/v2/bundle/x509bundle"
	"github.com/spiffe/go-spiffe/v2/svid/x509svid"
)

// files are the paths that an identity was loaded from.
type files struct{ cert, key, bundle string }

func (f *files) read() (*x509bundle.Bundle, *x509svid.SVID, error) {
	bundle, err := x509bundle.Load(trustDomain, f.bundle)
	if err != nil {
		return nil, nil, fmt.Errorf("read trust bundle: %w", err)
	}
	if bundle.Empty() {
		return nil, nil, errors.New("the trust bundle is empty")
	}
	svid, err := x509svid.Load(f.cert, f.key)
	if err != nil {
		return nil, nil, fmt.Errorf("read identity: %w", err)
	}
	return bundle, svid, nil
}

// digest identifies the content of the files. It is "" if one of them cannot be read.
func (f *files) digest() string {
	h := sha256.New()
	for _, name := range []string{f.cert, f.key, f.bundle} {
		b, err := os.ReadFile(name)
		if err != nil {
			return ""
		}
		sum := sha256.Sum256(b)
		clear(b)
		h.Write(sum[:])
	}
	return string(h.Sum(nil))
}
