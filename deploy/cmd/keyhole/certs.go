package main

import (
	"fmt"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// services are the programs that get an identity.
var services = []string{"gateway", "sharing", "vault", "registry", "runner"}

type certsCmd struct {
	Dir  string   `help:"Folder for the authority and the certificates." default:"certs" type:"path"`
	Host []string `help:"Further DNS names or addresses at which clients reach the services."`
}

// Run makes a development authority, or uses the one that is there, and issues
// every service's certificate anew: running it again renews them.
func (c *certsCmd) Run(a *app) error {
	authority, err := identity.OpenAuthority(c.Dir)
	if err != nil {
		return fmt.Errorf("open authority: %w", err)
	}
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, c.Host...)
	for _, s := range services {
		if err := authority.Write(c.Dir, s, hosts...); err != nil {
			return fmt.Errorf("issue certificate of %s: %w", s, err)
		}
	}
	_, err = fmt.Fprintf(a.out, "%s holds ca.crt and a certificate and key for each of %v.\nCopy to each host ca.crt and its service's own two files, and keep ca.key away from all of them.\n", c.Dir, services)
	return err
}
