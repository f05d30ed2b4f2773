package config

import (
	"errors"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// Load reads the identity of a service from the files that are set.
func (i Identity) Load(service string) (*identity.Identity, error) {
	switch {
	case i.Certs != "" && (i.Cert != "" || i.Key != "" || i.Bundle != ""):
		return nil, errors.New("set either --certs, or --cert, --key and --bundle")
	case i.Certs != "":
		return identity.LoadDir(i.Certs, service)
	case i.Cert != "" && i.Key != "" && i.Bundle != "":
		return identity.Load(i.Cert, i.Key, i.Bundle)
	default:
		return nil, errors.New(`no identity: set --certs to a folder that "keyhole certs" made, or --cert, --key and --bundle`)
	}
}
