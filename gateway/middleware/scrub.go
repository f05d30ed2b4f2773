package middleware

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

type realURL struct{}

// scrubbed hides the URL from watch, because telemetry records URLs: a path can hold
// the token of a link, and a query a key. watch sees the route; next gets the real URL.
func scrubbed(watch func(http.Handler) http.Handler, next http.Handler) http.Handler {
	watched := watch(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL, _ = r.Context().Value(realURL{}).(*url.URL)
		next.ServeHTTP(w, r)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		actual := clean(r.URL)
		r = r.WithContext(context.WithValue(r.Context(), realURL{}, actual))
		r.URL = &url.URL{Path: Route(actual.Path)}
		r.RequestURI = r.URL.Path
		watched.ServeHTTP(w, r)
	})
}

// cleaned is scrubbed without telemetry.
func cleaned(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL = clean(r.URL)
		next.ServeHTTP(w, r)
	})
}

// clean collapses double slashes. A client sends them if its base URL ends in a slash.
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
