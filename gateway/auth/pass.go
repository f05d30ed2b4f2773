package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"time"
)

// passHeader is the header with the pass of a link. A client that has no key of its own may also send
// the pass as its key.
const passHeader = "Link-Pass"

// passCookie begins the name of the cookie with the pass of a link. The rest is a hash of the token, so
// that a browser keeps the passes of several links, and no list of cookies names a link.
const passCookie = "__Host-keyhole-link-"

// WithPass adds the pass that a request shows. As and Guest take it from there for the caller of every
// entry, also of one that knows nothing of passes.
func (a *Auth) WithPass(r *http.Request) *http.Request {
	pass := a.pass(r)
	if pass == "" {
		return r
	}
	return r.WithContext(showing(r.Context(), pass))
}

// pass reads the pass of a request: of its header, or else of the cookie of the link in its path, if a
// page of this installation made the request. Two of either count as none.
func (a *Auth) pass(r *http.Request) string {
	if sent := r.Header.Values(passHeader); len(sent) > 0 {
		if len(sent) == 1 && WellFormed(sent[0]) {
			return sent[0]
		}
		return ""
	}
	link := linkPath.FindStringSubmatch(r.URL.Path)
	if link == nil || !a.cookieCounts(r) {
		return ""
	}
	sent := r.CookiesNamed(passCookieOf(link[1]))
	if len(sent) != 1 || !WellFormed(sent[0].Value) {
		return ""
	}
	return sent[0].Value
}

// linkPath finds the token of a link in a path.
var linkPath = regexp.MustCompile(`^/(?:s|embed|v1/shared)/([A-Za-z0-9_-]{1,100})`)

func passCookieOf(token string) string {
	sum := sha256.Sum256([]byte(token))
	return passCookie + hex.EncodeToString(sum[:8])
}

// SetPass gives a browser the pass of a link until it expires. No script can read it.
func SetPass(w http.ResponseWriter, token, pass string, until time.Time) {
	setCookie(w, passCookieOf(token), pass, int(time.Until(until).Seconds()))
}
