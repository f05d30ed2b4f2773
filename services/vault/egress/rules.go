package egress

import (
	"fmt"
	"net/netip"
	"strings"
)

// Rules decide where any request may go.
type Rules struct {
	// plaintext allows http:// to every destination, not only to listed ones.
	plaintext bool
	prefixes  []netip.Prefix
	addresses map[netip.AddrPort]bool
	names     map[string]bool // "host:port"
}

// ParseRules reads the operator's list, such as KEYHOLE_EGRESS_ALLOW. An entry is a network ("10.0.0.0/8"), an address
// with a port ("127.0.0.1:18099", "[::1]:8080"), or a name with a port ("ollama:11434"), which may then have any
// address. Listed destinations may also be called with http://. plaintext allows http:// for public destinations too.
func ParseRules(allow []string, plaintext bool) (*Rules, error) {
	r := &Rules{plaintext: plaintext, addresses: map[netip.AddrPort]bool{}, names: map[string]bool{}}
	for _, entry := range allow {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if p, err := netip.ParsePrefix(entry); err == nil {
			r.prefixes = append(r.prefixes, p.Masked())
			continue
		}
		d, err := ParseDestination("http://" + entry)
		if err != nil || !strings.HasSuffix(entry, fmt.Sprint(":", d.Port)) {
			return nil, fmt.Errorf("allowed destinations: %q is neither a network (10.0.0.0/8) nor a host with a port (127.0.0.1:8080)", entry)
		}
		if a, err := netip.ParseAddr(d.Host); err == nil {
			r.addresses[netip.AddrPortFrom(a, d.Port)] = true
		} else {
			r.names[d.address()] = true
		}
	}
	return r, nil
}

// Check refuses a destination by its scheme and its host. It looks no name up: the dialer checks the addresses of a name.
// So a name is allowed with http:// only if the name is listed, and not if only its network is.
func (r *Rules) Check(d Destination) error {
	if err := r.check(d); err != nil {
		return err
	}
	return nil
}

func (r *Rules) check(d Destination) *Error {
	listed := r.names[d.address()]
	addr, err := netip.ParseAddr(d.Host)
	if err == nil {
		listed = r.lists(addr, d.Port)
		if err := r.checkAddr(d, addr); err != nil {
			return err.revealing(Settings)
		}
	} else if !listed && isLocalName(d.Host) {
		return refuse(RefusedAddress, "%s is a name of the local network; the operator can allow it by listing %s", d.Host, d.address()).revealing(Settings)
	}
	if d.Scheme == "http" && !r.plaintext && !listed {
		return refuse(RefusedDestination, "http:// is not allowed here: use https://, or ask the operator to list %s", d.address()).revealing(Settings)
	}
	return nil
}

// Lists reports whether the operator lists a destination: its name, or its address if the host is an address.
func (r *Rules) Lists(d Destination) bool {
	if a, err := netip.ParseAddr(d.Host); err == nil {
		return r.lists(a, d.Port)
	}
	return r.names[d.address()]
}

// checkAddr refuses an address of d.
func (r *Rules) checkAddr(d Destination, a netip.Addr) *Error {
	if r.names[d.address()] || r.lists(a, d.Port) || isPublic(a) {
		return nil
	}
	return refuse(RefusedAddress, "%s is at an address that is not public; the operator can allow it by listing %s", d.Host, d.address()).revealing(Network)
}

func (r *Rules) lists(a netip.Addr, port uint16) bool {
	return r.addresses[netip.AddrPortFrom(a, port)] || r.inPrefixes(a)
}

func (r *Rules) inPrefixes(a netip.Addr) bool {
	for _, p := range r.prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// isLocalName reports whether a name is never public: it has no dot, or a top-level domain for local use.
func isLocalName(host string) bool {
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

// isPublic reports whether an address is public. IPv6 is denied by default, because only 2000::/3 is in use; IPv4 is
// allowed except for a list, because most of it is in use. Zones and IPv4 addresses inside IPv6 are refused.
func isPublic(a netip.Addr) bool {
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
