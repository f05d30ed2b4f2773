package egress

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// maxAddresses bounds the addresses of a name that are tried.
const maxAddresses = 4

// Dialer connects only to addresses that it has checked.
type Dialer struct {
	rules    *Rules
	resolver *net.Resolver
	timeout  time.Duration
}

// NewDialer makes the dialer of a configuration.
func NewDialer(c Config) *Dialer {
	c = c.withDefaults()
	return &Dialer{rules: c.Rules, resolver: c.Resolver, timeout: c.DialTimeout}
}

// Dial connects to the canonical host and port of a target.
func (d *Dialer) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, refuse(RefusedDestination, "the destination has no port")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, refuse(RefusedDestination, "the destination's port is not a number")
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	dest := Destination{Host: host, Port: uint16(port)}
	addrs, err := d.resolve(ctx, dest)
	if err != nil {
		return nil, err
	}
	// Control sees the address that the kernel connects to. It is a second check, against a mistake in the first.
	nd := net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		ap, err := netip.ParseAddrPort(address)
		if err != nil {
			return refuse(RefusedAddress, "the destination's address cannot be read")
		}
		if err := d.rules.checkAddr(dest, ap.Addr()); err != nil {
			return err
		}
		return nil
	}}
	var conn net.Conn
	for _, a := range addrs[:min(len(addrs), maxAddresses)] {
		if conn, err = nd.DialContext(ctx, network, netip.AddrPortFrom(a, dest.Port).String()); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

// resolve returns the addresses of a name. If one of them is refused, all are refused: an attacker's name may have
// both a public and a private address.
func (d *Dialer) resolve(ctx context.Context, dest Destination) ([]netip.Addr, error) {
	var addrs []netip.Addr
	if a, err := netip.ParseAddr(dest.Host); err == nil {
		addrs = []netip.Addr{a}
	} else {
		name := dest.Host
		if !d.rules.names[dest.Address()] {
			name += "." // without the search domains of this machine
		}
		if addrs, err = d.resolver.LookupNetIP(ctx, "ip", name); err != nil {
			return nil, err
		}
	}
	for i, a := range addrs {
		// The resolver returns A records as IPv4-mapped IPv6 addresses.
		addrs[i] = a.Unmap()
		if err := d.rules.checkAddr(dest, addrs[i]); err != nil {
			return nil, err
		}
	}
	if len(addrs) == 0 {
		return nil, refuse(Unreachable, "the destination's name has no address").revealing(Network)
	}
	return addrs, nil
}
