package fair

import "net/netip"

// Address returns the name of the client at an address: one IPv4 address, or an IPv6 /64,
// because one client has all of it.
func Address(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		prefix, _ := ip.Prefix(64) // cannot fail: 64 is in range
		ip = prefix.Addr()
	}
	return ip.String()
}
