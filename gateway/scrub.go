package gateway

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

type realURL struct{}

// scrubbed shows the watcher (telemetry records URLs) the route alone, and gives
// the real URL back to the handler behind it: a path can hold a link's token, a
// query a key.
func scrubbed(watch func(http.Handler) http.Handler, next http.Handler) http.Handler {
	watched := watch(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL, _ = r.Context().Value(realURL{}).(*url.URL)
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actual := clean(r.URL)
		r = r.WithContext(context.WithValue(r.Context(), realURL{}, actual))
		r.URL = &url.URL{Path: route(actual.Path)}
		r.RequestURI = r.URL.Path
		watched.ServeHTTP(w, r)
	})
}

// cleaned is for where nobody watches.
func cleaned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL = clean(r.URL)
		next.ServeHTTP(w, r)
	})
}

// clean collapses doubled slashes, which a client whose base URL ends in a slash
// sends.
func clean(u *url.URL) *url.URL {
	if !strings.Contains(u.Path, "//") {
		return u
	}
	c := *u
	for strings.Contains(c.Path, "//") {
		c.Path = strings.ReplaceAll(c.Path, "//", "/")
	}
	c.RawPath = ""
	return &c
}
