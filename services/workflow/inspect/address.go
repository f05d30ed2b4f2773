package inspect

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// errAddress says what an address must be; it does not repeat the address, which may
// hold a password or a token.
var errAddress = errors.New("must be an address that starts with https:// or http:// and has a host, without user name and password")

var defaultPorts = map[string]string{"https": "443", "http": "80"}

// Canonical reduces a URL to scheme://host:port, so that two spellings of the same
// destination compare equal: lower case, punycode, no trailing dot, the port written out.
func Canonical(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.User != nil || u.Host == "" {
		return "", errAddress
	}
	port, known := defaultPorts[u.Scheme]
	if !known {
		return "", errAddress
	}
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || n == 0 {
			return "", errAddress
		}
		port = strconv.FormatUint(n, 10)
	} else if strings.HasSuffix(u.Host, ":") {
		return "", errAddress
	}
	host, err := canonicalHost(u.Hostname())
	if err != nil {
		return "", err
	}
	return u.Scheme + "://" + net.JoinHostPort(host, port), nil
}

func canonicalHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" {
			return "", errAddress
		}
		return ip.Unmap().String(), nil
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || host == "" || strings.ContainsAny(host, ": /@%") {
		return "", errAddress
	}
	return strings.ToLower(host), nil
}
