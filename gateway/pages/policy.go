package pages

import (
	"net/url"
	"regexp"
	"strings"
)

// pagePolicy allows a page to load from and call its own origin only. The nonce is for
// the few styles that components write at run time; scripts have none.
func pagePolicy(nonce string, frames []string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:; font-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors " +
		frameAncestors(frames)
}

// frameAncestors lists the origins that may frame the page. It omits a text that is not a
// plain origin, because the text could add another directive.
func frameAncestors(origins []string) string {
	var out []string
	for _, o := range origins {
		if o == "*" {
			return "*"
		}
		if origin, ok := plainOrigin(o); ok {
			out = append(out, origin)
		}
	}
	if len(out) == 0 {
		return "'none'"
	}
	return strings.Join(out, " ")
}

var hostPort = regexp.MustCompile(`^(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?$`)

func plainOrigin(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !hostPort.MatchString(u.Host) || u.User != nil ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}
