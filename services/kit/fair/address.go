package fair

import "net/netip"

// Address names the client that an address belongs to: one IPv4 address, or an IPv6
// /64, of which one client has all.
func Address(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		prefix, _ := ip.Prefix(64) // 64 is in range
		ip = prefix.Addr()
	}
	return ip.String()
}
