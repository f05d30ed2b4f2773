package auth

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/origin"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// cookieName has the prefix with which a browser takes a cookie from this host only, over HTTPS or on loopback:
// no neighbour under the same domain can plant one.
const cookieName = "__Host-keyhole"

// flowCookie keeps a sign-in that the identity provider has not answered yet. Its prefix has the same effect: nobody can
// plant a sign-in of their own in somebody else's browser. SameSite=Lax, because the provider's page sends the browser
// back.
const flowCookie = "__Host-keyhole-flow"

// maxFlow bounds a sealed sign-in in bytes.
const maxFlow = 4000

// cookieLife is as long as a session can last. The vault ends most sessions earlier.
const cookieLife = 30 * 24 * time.Hour

// SetCookie gives a browser a session. No script can read it.
func SetCookie(w http.ResponseWriter, token string) {
	setCookie(w, cookieName, token, int(cookieLife.Seconds()))
}

// ClearCookie makes a browser forget its session.
func ClearCookie(w http.ResponseWriter) { setCookie(w, cookieName, "", -1) }

// SetFlow gives a browser a sign-in for some seconds.
func SetFlow(w http.ResponseWriter, sealed string, seconds int64) {
	setCookie(w, flowCookie, sealed, int(seconds))
}

// ClearFlow makes a browser forget its sign-in.
func ClearFlow(w http.ResponseWriter) { setCookie(w, flowCookie, "", -1) }

// Flow returns the sign-in in a request's cookie, or "". Two cookies count as none.
func Flow(r *http.Request) string {
	sent := r.CookiesNamed(flowCookie)
	if len(sent) != 1 || len(sent[0].Value) > maxFlow {
		return ""
	}
	return sent[0].Value
}

func setCookie(w http.ResponseWriter, name, value string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// Cookie returns the session in a request's cookie, whatever page made the request. Two cookies count as none.
func Cookie(r *http.Request) Proof {
	sent := r.CookiesNamed(cookieName)
	if len(sent) != 1 || !WellFormed(sent[0].Value) || !strings.HasPrefix(sent[0].Value, rpc.SessionPrefix) {
		return Proof{}
	}
	return Proof{kind: aCookie, text: sent[0].Value}
}

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
