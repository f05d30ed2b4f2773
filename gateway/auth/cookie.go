package auth

import (
	"net/http"
	"time"
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
