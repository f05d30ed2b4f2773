package gateway

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// clientAddresses tells guests apart by their address, and keeps the address
// itself out of everything behind.
type clientAddresses struct {
	proxies []netip.Prefix
	names   rpc.Pseudonyms
}

func newClientAddresses(proxies []string, key secret.Secret) (*clientAddresses, error) {
	c := &clientAddresses{names: rpc.NewPseudonyms(key)}
	for _, p := range proxies {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("parse trusted proxy %q: %w", p, err)
		}
		c.proxies = append(c.proxies, prefix.Masked())
	}
	return c, nil
}

// visitor is a pseudonym of the client's address.
func (c *clientAddresses) visitor(r *http.Request) string {
	return c.names.Of(c.address(r).String())
}

// address walks X-Forwarded-For from the right for as long as trusted proxies
// speak: the first address that none of them vouches for is the client.
func (c *clientAddresses) address(r *http.Request) netip.Addr {
	addr := hostAddr(r.RemoteAddr)
	if len(c.proxies) == 0 {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && c.trusted(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}

func (c *clientAddresses) trusted(addr netip.Addr) bool {
	for _, p := range c.proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func hostAddr(remote string) netip.Addr {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil { // a unix socket or an in-process listener
		return netip.IPv4Unspecified()
	}
	return ap.Addr().Unmap()
}
