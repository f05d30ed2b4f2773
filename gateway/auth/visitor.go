package auth

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/listen"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

// addresses tells guests apart by their address. Only a pseudonym of the address
// leaves the gateway.
type addresses struct {
	proxies []netip.Prefix
	names   rpc.Pseudonyms
}

func newAddresses(proxies []string, key secret.Secret) (*addresses, error) {
	trusted, err := listen.Proxies(proxies)
	if err != nil {
		return nil, err
	}
	return &addresses{proxies: trusted, names: rpc.NewPseudonyms(key)}, nil
}

func (a *addresses) pseudonym(r *http.Request) string { return a.names.Of(a.client(r).String()) }

// client walks X-Forwarded-For from the right as long as a trusted proxy wrote the
// entry. The first address that is no trusted proxy is the client.
func (a *addresses) client(r *http.Request) netip.Addr {
	addr := hostAddr(r.RemoteAddr)
	if len(a.proxies) == 0 {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && a.trusted(addr); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		addr = next.Unmap()
	}
	return addr
}

// scheme returns the scheme of the URL that the client requested. Behind a proxy only a
// trusted proxy's X-Forwarded-Proto says so.
func (a *addresses) scheme(r *http.Request) string {
	forwarded := r.Header.Get("X-Forwarded-Proto")
	if r.TLS != nil || strings.EqualFold(forwarded, "https") && a.trusted(hostAddr(r.RemoteAddr)) {
		return "https"
	}
	return "http"
}

func (a *addresses) trusted(addr netip.Addr) bool {
	for _, p := range a.proxies {
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
