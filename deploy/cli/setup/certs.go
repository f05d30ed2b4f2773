package setup

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/node"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// programs are the programs that get an identity.
var programs = []string{"gateway", "sharing", "vault", "registry", "runner"}

// sharedKeys are the keys that the replicas of a service share: of links (sharing), of page
// tokens (registry), and of visitors' pseudonyms (all).
var sharedKeys = []string{"links", "pages", "visitors"}

// Certs creates a development authority, its certificates and the shared keys.
type Certs struct {
	Dir  string   `help:"Output folder for the authority, the certificates and the folder keys." default:"certs" type:"path"`
	Host []string `help:"More DNS names or addresses of the services."`
}

// Run creates a development authority, or uses the existing one, and issues a new
// certificate for every service. Running it again renews them. It keeps existing keys,
// because a new link key breaks every existing link.
func (c *Certs) Run(a *cli.App) error {
	authority, err := identity.OpenAuthority(c.Dir)
	if err != nil {
		return fmt.Errorf("open authority: %w", err)
	}
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, c.Host...)
	for _, program := range programs {
		if err := authority.Write(c.Dir, program, hosts...); err != nil {
			return fmt.Errorf("issue certificate of %s: %w", program, err)
		}
	}
	if err := c.writeKeys(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, `%s holds ca.crt, a certificate and key for each of %s,
and in keys/ what replicas share: %s.
Copy to each host ca.crt, its service's own two files and the keys that its settings name, and keep ca.key away from all of them.
`, c.Dir, strings.Join(programs, ", "), strings.Join(sharedKeys, ", "))
	return err
}

// writeKeys creates the shared keys that do not exist.
func (c *Certs) writeKeys() error {
	dir := filepath.Join(c.Dir, "keys")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder of keys: %w", err)
	}
	for _, k := range sharedKeys {
		if _, err := node.KeyFile(dir, k); err != nil {
			return fmt.Errorf("make key %s: %w", k, err)
		}
	}
	return nil
}
