package egress

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/keyhole-dev/keyhole/services/vault/egress/public"
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
			r.names[d.Address()] = true
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
	listed := r.names[d.Address()]
	addr, err := netip.ParseAddr(d.Host)
	if err == nil {
		listed = r.lists(addr, d.Port)
		if err := r.checkAddr(d, addr); err != nil {
			return err.revealing(Settings)
		}
	} else if !listed && public.IsLocalName(d.Host) {
		return refuse(RefusedAddress, "%s is a name of the local network; the operator can allow it by listing %s", d.Host, d.Address()).revealing(Settings)
	}
	if d.Scheme == "http" && !r.plaintext && !listed {
		return refuse(RefusedDestination, "http:// is not allowed here: use https://, or ask the operator to list %s", d.Address()).revealing(Settings)
	}
	return nil
}

// Lists reports whether the operator lists a destination: its name, or its address if the host is an address.
func (r *Rules) Lists(d Destination) bool {
	if a, err := netip.ParseAddr(d.Host); err == nil {
		return r.lists(a, d.Port)
	}
	return r.names[d.Address()]
}

// checkAddr refuses an address of d.
func (r *Rules) checkAddr(d Destination, a netip.Addr) *Error {
	if r.names[d.Address()] || r.lists(a, d.Port) || public.IsAddress(a) {
		return nil
	}
	return refuse(RefusedAddress, "%s is at an address that is not public; the operator can allow it by listing %s", d.Host, d.Address()).revealing(Network)
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
