// Package origin compares web origins (RFC 6454): a scheme, a host and a port.
package origin

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// host matches an ASCII name or an address. Browsers send other names in Punycode.
var host = regexp.MustCompile(`^([a-z0-9]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])$`)

// defaults are the ports that an origin omits.
var defaults = map[string]uint64{"http": 80, "https": 443}

// Normal returns an origin as browsers write it: in lower case and without the default
// port. It accepts http and https, and nothing after the port. It refuses "null", because
// any page can have that origin.
func Normal(text string) (string, bool) {
	u, err := url.Parse(strings.ToLower(text))
	if err != nil || u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return "", false
	}
	standard, known := defaults[u.Scheme]
	name, port := u.Host, ""
	if at := strings.LastIndexByte(u.Host, ':'); at > strings.LastIndexByte(u.Host, ']') {
		name, port = u.Host[:at], u.Host[at+1:]
	}
	if !known || !host.MatchString(name) {
		return "", false
	}
	if port == "" {
		return u.Scheme + "://" + name, !strings.HasSuffix(u.Host, ":")
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", false
	}
	if n == standard {
		return u.Scheme + "://" + name, true
	}
	return u.Scheme + "://" + name + ":" + strconv.FormatUint(n, 10), true
}

// Of returns the origin of a URL.
func Of(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil {
		return "", false
	}
	return Normal(u.Scheme + "://" + u.Host)
}

// Unnamed reports whether the host of an origin is an IP address or localhost. Nobody can
// make these point elsewhere, while the owner of a domain can point its name at this
// machine.
func Unnamed(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err == nil || u.Hostname() == "localhost"
}
