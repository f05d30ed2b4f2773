package public

import (
	"net/netip"
	"strings"
)

// IsLocalName reports whether a name is never public: it has no dot, or a top-level domain for local use.
func IsLocalName(host string) bool {
	i := strings.LastIndexByte(host, '.')
	if i < 0 {
		return true
	}
	switch host[i+1:] {
	case "localhost", "local", "internal", "lan", "intranet", "corp", "home", "localdomain", "test", "invalid", "example", "onion", "arpa":
		return true
	}
	return false
}

// IsAddress reports whether an address is public. IPv6 is denied by default, because only 2000::/3 is in use; IPv4 is
// allowed except for a list, because most of it is in use. Zones and IPv4 addresses inside IPv6 are refused.
func IsAddress(a netip.Addr) bool {
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() {
		return false
	}
	if a.Is6() && !globalUnicast.Contains(a) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

var globalUnicast = netip.MustParsePrefix("2000::/3")

// reserved has IANA's special-purpose registries (RFC 6890), and a public address that a cloud uses for metadata.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),         // this network; Linux takes 0.0.0.0 for loopback
	netip.MustParsePrefix("10.0.0.0/8"),        // private
	netip.MustParsePrefix("100.64.0.0/10"),     // carrier-grade NAT; 100.100.100.200 is Alibaba's metadata
	netip.MustParsePrefix("127.0.0.0/8"),       // loopback
	netip.MustParsePrefix("168.63.129.16/32"),  // Azure's wire server
	netip.MustParsePrefix("169.254.0.0/16"),    // link-local; metadata of most clouds
	netip.MustParsePrefix("172.16.0.0/12"),     // private
	netip.MustParsePrefix("192.0.0.0/24"),      // protocol assignments; 192.0.0.192 is Oracle's metadata
	netip.MustParsePrefix("192.0.2.0/24"),      // documentation
	netip.MustParsePrefix("192.31.196.0/24"),   // AS112
	netip.MustParsePrefix("192.52.193.0/24"),   // AMT
	netip.MustParsePrefix("192.88.99.0/24"),    // 6to4 relay
	netip.MustParsePrefix("192.168.0.0/16"),    // private
	netip.MustParsePrefix("192.175.48.0/24"),   // AS112
	netip.MustParsePrefix("198.18.0.0/15"),     // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),   // documentation
	netip.MustParsePrefix("203.0.113.0/24"),    // documentation
	netip.MustParsePrefix("224.0.0.0/4"),       // multicast
	netip.MustParsePrefix("240.0.0.0/4"),       // reserved, broadcast
	netip.MustParsePrefix("2001::/23"),         // protocol assignments; Teredo, ORCHID
	netip.MustParsePrefix("2001:db8::/32"),     // documentation
	netip.MustParsePrefix("2002::/16"),         // 6to4
	netip.MustParsePrefix("2620:4f:8000::/48"), // AS112
	netip.MustParsePrefix("3fff::/20"),         // documentation
}
