package inspect

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// errAddress describes a valid address. It does not quote the given one, which may hold a
// password or a token.
var errAddress = errors.New("must be an address like https://api.example.com/v1: https:// or http://, a host name in ASCII or a plain IP address, and no user name, password or fragment")

// Schemes of mail servers: TLS from the first byte, and STARTTLS.
const (
	smtps = "smtps"
	smtp  = "smtp"
)

var defaultPorts = map[string]string{"https": "443", "http": "80"}

// mailPorts are those of mail servers: TLS from the first byte, and STARTTLS.
var mailPorts = map[string]string{smtps: "465", smtp: "587"}

// Canonical reduces a URL to scheme://host:port, so that two spellings of a destination
// compare equal. It refuses forms that URL parsers interpret differently (user names,
// backslashes, international names, numbers that some resolvers take for addresses). The
// egress does not dial these either.
func Canonical(raw string) (string, error) { return canonical(raw, defaultPorts) }

// CanonicalDestination is Canonical for what a credential may go to: also a mail server, like
// "smtps://smtp.example.com".
func CanonicalDestination(raw string) (string, error) {
	if strings.HasPrefix(raw, smtp) {
		return canonical(raw, mailPorts)
	}
	return Canonical(raw)
}

func canonical(raw string, ports map[string]string) (string, error) {
	if unclear(raw) {
		return "", errAddress
	}
	u, err := url.Parse(raw)
	if err != nil || u.Opaque != "" || u.User != nil || u.Host == "" {
		return "", errAddress
	}
	port, known := ports[u.Scheme]
	if !known || strings.HasSuffix(u.Host, ":") {
		return "", errAddress
	}
	if text := u.Port(); text != "" {
		n, err := strconv.ParseUint(text, 10, 16)
		if err != nil || strconv.FormatUint(n, 10) != text || n == 0 {
			return "", errAddress
		}
		port = text
	}
	host, ok := canonicalHost(u.Hostname())
	if !ok {
		return "", errAddress
	}
	return u.Scheme + "://" + net.JoinHostPort(host, port), nil
}

// unclear reports characters that URL parsers treat differently.
func unclear(raw string) bool {
	return strings.ContainsFunc(raw, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' || r == '#' })
}

func canonicalHost(host string) (string, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), ip.Zone() == "" && !ip.Is4In6()
	}
	host = strings.ToLower(host)
	labels := strings.Split(host, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return "", false
		}
	}
	return host, len(host) <= 253 && !isNumber(labels[len(labels)-1])
}

func isLabel(l string) bool {
	return l != "" && len(l) <= 63 && l[0] != '-' && l[len(l)-1] != '-' && !strings.HasPrefix(l, "xn--") &&
		strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// isNumber reports whether a host's last label is a number, by which URL parsers
// distinguish an address from a name.
func isNumber(l string) bool {
	if hex, ok := strings.CutPrefix(l, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(l, "0123456789") == ""
}

// bareHost is the canonical form of a host that is reached by a protocol other than HTTP
// ("mqtt://broker.example"), or "" if the text is not one. The text may name the protocol, a
// port and a path.
func bareHost(scheme, text string) string {
	if unclear(text) {
		return ""
	}
	rest := strings.TrimPrefix(strings.ToLower(text), scheme+"://")
	rest, _, _ = strings.Cut(rest, "/")
	name, port, hasPort := strings.Cut(rest, ":")
	host, ok := canonicalHost(name)
	if !ok || hasPort && !isNumber(port) {
		return ""
	}
	if hasPort {
		host += ":" + port
	}
	return scheme + "://" + host
}
