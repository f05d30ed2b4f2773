package gateway

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// clientAddresses tells guests apart by their address, and keeps the address
// itself out of everything behind.
type clientAddresses struct {
	proxies []netip.Prefix
	key     []byte
}

func newClientAddresses(proxies []string, key []byte) (*clientAddresses, error) {
	c := &clientAddresses{key: key}
	for _, p := range proxies {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("parse trusted proxy %q: %w", p, err)
		}
		c.proxies = append(c.proxies, prefix.Masked())
	}
	if len(c.key) == 0 {
		c.key = make([]byte, 32)
		_, _ = rand.Read(c.key) // crypto/rand never fails
	}
	return c, nil
}

// visitor is a pseudonym of the client's address. An IPv6 client is its /64,
// which is what one subscriber has.
func (c *clientAddresses) visitor(r *http.Request) string {
	addr := c.address(r)
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			addr = prefix.Addr()
		}
	}
	mac := hmac.New(sha256.New, c.key)
	mac.Write([]byte("visitor\x00"))
	mac.Write(addr.AsSlice())
	return "guest_" + hex.EncodeToString(mac.Sum(nil)[:12])
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
