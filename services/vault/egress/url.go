package egress

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// maxURL bounds a URL, in bytes.
const maxURL = 8 << 10

// Destination is where a request may go: a scheme, a host and a port in canonical form. Compare destinations with ==.
type Destination struct {
	// Scheme is "https", "http", "smtps" (mail over TLS) or "smtp" (mail with STARTTLS).
	Scheme string
	// Host is a name in lower case or an address, without brackets.
	Host string
	Port uint16
}

// ParseDestination reads a destination such as "https://api.openai.com" or "https://example.com:8443". It does not check
// Rules.
func ParseDestination(s string) (Destination, error) {
	t, err := parseWith(s, true)
	if err != nil {
		return Destination{}, err
	}
	if t.path != "/" || t.query != "" || strings.HasSuffix(s, "?") {
		return Destination{}, refuse(RefusedDestination, "a destination has a scheme, a host and a port: leave out the path")
	}
	return t.Destination, nil
}

// DestinationOf returns the destination of a URL.
func DestinationOf(rawURL string) (Destination, error) {
	t, err := parseWith(rawURL, true)
	if err != nil {
		return Destination{}, err
	}
	return t.Destination, nil
}

// String is the canonical form, always with the port.
func (d Destination) String() string { return d.Scheme + "://" + d.Address() }

// IsMail reports whether the destination is a mail server. A [Client] makes no call to one; package mail does.
func (d Destination) IsMail() bool { return d.Scheme == "smtps" || d.Scheme == "smtp" }

// Address is the host and the port, as they are dialled.
func (d Destination) Address() string {
	return net.JoinHostPort(d.Host, strconv.Itoa(int(d.Port)))
}

// host is the value of the Host header. It omits the default port of the scheme.
func (d Destination) host() string {
	if d.Port != defaultPort(d.Scheme) {
		return d.Address()
	}
	if strings.Contains(d.Host, ":") {
		return "[" + d.Host + "]"
	}
	return d.Host
}

func defaultPort(scheme string) uint16 {
	return map[string]uint16{"https": 443, "http": 80, "smtps": 465, "smtp": 587}[scheme]
}

// target is a parsed URL.
type target struct {
	Destination
	path, query string
}

// url builds the URL for net/http. It sets the raw path too, so that the path is sent as written: "%2F" stays "%2F".
func (t target) url() *url.URL {
	path, _ := url.PathUnescape(t.path) // parse has checked it
	return &url.URL{Scheme: t.Scheme, Host: t.host(), Path: path, RawPath: t.path, RawQuery: t.query}
}

// String is the URL in its canonical form.
func (t target) String() string { return t.url().String() }

// parse reads a URL of the web.
func parse(s string) (target, error) { return parseWith(s, false) }

// parseWith is the only parser of URLs. It accepts less than RFC 3986: no user, no fragment, no international names, and
// no form that two parsers read differently. mail accepts mail servers too.
func parseWith(s string, mail bool) (target, error) {
	var t target
	if len(s) > maxURL {
		return t, refuse(RefusedDestination, "the URL is longer than %d bytes", maxURL)
	}
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '\\' || c == '#' {
			return t, refuse(RefusedDestination, "the URL has a character at position %d that is not allowed: spaces, control characters, backslashes, fragments and letters outside ASCII must be left out or escaped", i)
		}
	}
	scheme, rest, _ := strings.Cut(s, "://")
	t.Scheme = strings.ToLower(scheme)
	if t.Scheme != "https" && t.Scheme != "http" && !(mail && t.IsMail()) {
		return t, refuse(RefusedDestination, "the URL must begin with https://")
	}
	authority := rest
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, rest = rest[:i], rest[i:]
	} else {
		rest = ""
	}
	t.path, t.query, _ = strings.Cut(rest, "?")
	if t.path == "" {
		t.path = "/"
	}
	if err := t.setAuthority(authority); err != nil {
		return t, err
	}
	return t, checkPath(t.path, t.query)
}

func (t *target) setAuthority(s string) error {
	if strings.Contains(s, "@") {
		return refuse(RefusedDestination, "the URL must not have a user name")
	}
	var host, port string
	var hasPort bool
	if after, ok := strings.CutPrefix(s, "["); ok {
		var closed bool
		if host, port, closed = strings.Cut(after, "]"); !closed {
			return refuse(RefusedDestination, "the address in the URL has no closing bracket")
		}
		if port != "" && port[0] != ':' {
			return refuse(RefusedDestination, "the URL has characters between the address and the port")
		}
		port, hasPort = strings.CutPrefix(port, ":")
		if a, err := netip.ParseAddr(host); err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" {
			return refuse(RefusedDestination, "the address in the URL is not a plain IPv6 address")
		} else {
			t.Host = a.String()
		}
	} else {
		host, port, hasPort = strings.Cut(s, ":")
		var err error
		if t.Host, err = canonicalHost(host); err != nil {
			return err
		}
	}
	t.Port = defaultPort(t.Scheme)
	if !hasPort {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 || port[0] == '0' || port[0] == '+' {
		return refuse(RefusedDestination, "the port in the URL is not a number from 1 to 65535")
	}
	t.Port = uint16(n)
	return nil
}

// canonicalHost accepts a name of letters, digits and hyphens, or an IPv4 address of four decimal numbers. It refuses
// other forms that some resolvers read as an address (127.1, 0x7f.1, 017700000001, 2130706433).
func canonicalHost(s string) (string, error) {
	host := strings.ToLower(s)
	if len(host) == 0 || len(host) > 253 {
		return "", refuse(RefusedDestination, "the URL has no host, or a host that is too long")
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if !isLabel(l) {
			return "", refuse(RefusedDestination, "the host in the URL must have only letters, digits and hyphens between single dots; international names are not supported")
		}
	}
	last := labels[len(labels)-1]
	if isNumber(last) {
		a, err := netip.ParseAddr(host)
		if err != nil || !a.Is4() {
			return "", refuse(RefusedDestination, "the host in the URL is neither a name nor an address of four decimal numbers")
		}
	}
	return host, nil
}

func isLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.HasPrefix(l, "xn--") {
		return false
	}
	for i := range len(l) {
		if c := l[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// isNumber reports whether a last label is a number. URL parsers tell an address from a name by it.
func isNumber(l string) bool {
	if strings.HasPrefix(l, "0x") {
		return strings.Trim(l[2:], "0123456789abcdef") == ""
	}
	return strings.Trim(l, "0123456789") == ""
}

// checkPath refuses dot segments in any spelling, and escapes of control characters and backslashes, which some servers
// decode before they route.
func checkPath(path, query string) error {
	for i, s := range []string{path, query} {
		un, err := url.PathUnescape(s)
		if err != nil {
			return refuse(RefusedDestination, "the URL has an incomplete %% escape")
		}
		if i == 0 && (strings.ContainsFunc(un, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }) || hasDots(un)) {
			return refuse(RefusedDestination, "the path in the URL must not have control characters, backslashes, or . or .. as a segment")
		}
	}
	return nil
}

func hasDots(path string) bool {
	for part := range strings.SplitSeq(path, "/") {
		// Some servers strip parameters after ";" before they resolve dots.
		if part, _, _ = strings.Cut(part, ";"); part == "." || part == ".." {
			return true
		}
	}
	return false
}
