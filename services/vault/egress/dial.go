package egress

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
	"syscall"
	"time"
)

// maxAddresses bounds the addresses of a name that are tried.
const maxAddresses = 4

// dialer connects only to addresses that it has checked.
type dialer struct {
	rules    *Rules
	resolver *net.Resolver
	timeout  time.Duration
}

// dial connects to the canonical host and port of a target.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
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
func (d *dialer) resolve(ctx context.Context, dest Destination) ([]netip.Addr, error) {
	var addrs []netip.Addr
	if a, err := netip.ParseAddr(dest.Host); err == nil {
		addrs = []netip.Addr{a}
	} else {
		name := dest.Host
		if !d.rules.names[dest.address()] {
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

// Roots returns the machine's certificate authorities and those of a PEM file. Providers inside an organisation often
// have certificates of a private authority.
func Roots(pemFile string) (*x509.CertPool, error) {
	more, err := os.ReadFile(pemFile)
	if err != nil {
		return nil, fmt.Errorf("read certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(more) {
		return nil, fmt.Errorf("no PEM certificate in %s", pemFile)
	}
	return pool, nil
}
