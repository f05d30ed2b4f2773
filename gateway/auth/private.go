package auth

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/origin"
)

// cookieCounts reports whether a page of this installation, or the person at the browser, made the request. Every
// browser says so in a header that no script can set. A browser that does not say it has no session here.
func (a *Auth) cookieCounts(r *http.Request) bool {
	site := r.Header.Values("Sec-Fetch-Site")
	if len(site) != 1 || !a.Private(r) || !a.fromHere(r) {
		return false
	}
	safe := r.Method == http.MethodGet || r.Method == http.MethodHead
	return site[0] == "same-origin" || site[0] == "none" && safe
}

// fromHere reports whether the page that sent a request is of this installation, as far as the browser names it.
func (a *Auth) fromHere(r *http.Request) bool {
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return true
	}
	from, ok := origin.Normal(sent[0])
	here, known := origin.Normal(a.Scheme(r) + "://" + r.Host)
	return len(sent) == 1 && ok && (known && from == here || from == a.publicOrigin)
}

// CheckPage refuses a request that a page of another site makes a browser send. A client that is no browser passes:
// nobody else's page speaks through it.
func (a *Auth) CheckPage(r *http.Request) error {
	if err := a.pages.Check(r); err != nil {
		return errs.PermissionDenied("only pages of this installation may sign in or out; if this page is one, its operator must set --public-url").WithReason(errorsv1.Reason_REASON_ORIGIN_REFUSED).Because(err)
	}
	return nil
}

// CheckPrivate refuses a request that others on the network can read.
func (a *Auth) CheckPrivate(r *http.Request) error {
	if a.Private(r) {
		return nil
	}
	return errs.FailedPrecondition(errorsv1.Reason_REASON_HTTPS_REQUIRED,
		"signing in needs HTTPS, except on this machine (127.0.0.1 or localhost): open the https:// address; "+
			"behind a proxy that terminates TLS, the operator must list it in --trusted-proxies")
}

// Private reports whether nobody between the client and the installation reads the request: it came over HTTPS, or
// stays on one machine. Behind a proxy the Host header may be the proxy's own, so the page's origin counts too.
func (a *Auth) Private(r *http.Request) bool {
	if a.Scheme(r) == "https" {
		return true
	}
	from := r.Header.Get("Origin")
	return loopback("http://"+r.Host) && (from == "" || strings.HasPrefix(from, "https://") || loopback(from))
}

// loopback reports whether a browser keeps requests to an origin on its machine.
func loopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil {
		return false
	}
	name := strings.ToLower(u.Hostname())
	at, err := netip.ParseAddr(name)
	return err == nil && at.IsLoopback() || name == "localhost" || strings.HasSuffix(name, ".localhost")
}

// PublicHTTPS reports whether a request came over HTTPS to a host that is not this machine.
func (a *Auth) PublicHTTPS(r *http.Request) bool {
	return a.Scheme(r) == "https" && !loopback("https://"+r.Host)
}
