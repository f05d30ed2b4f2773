package middleware

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
)

// withSecurityHeaders sets the headers of every answer. The API renders nothing, so its
// policy allows nothing; pages replace it by their own.
func withSecurityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		next.ServeHTTP(w, r)
	})
}

// withHSTS lets browsers use HTTPS only from now on, so that nobody on the way can answer the
// next visit over plain HTTP (RFC 6797). It does not speak for other hosts below this name,
// which may belong to other services. Development on localhost shares its name with all
// other servers of the machine, so it is left out.
func withHSTS(next http.Handler, lasts time.Duration, public func(*http.Request) bool) http.Handler {
	if lasts <= 0 {
		return next
	}
	value := "max-age=" + strconv.FormatInt(int64(lasts.Seconds()), 10)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if public(r) {
			w.Header().Set("Strict-Transport-Security", value)
		}
		next.ServeHTTP(w, r)
	})
}

// withCORS sets the CORS headers and answers preflights. It never allows credentials mode: a page sets the header
// with the key itself, so it is safe to allow all origins.
func withCORS(next http.Handler, allowed []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin == "" || len(allowed) > 0 && !slices.Contains(allowed, origin) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		if len(allowed) == 0 {
			h.Set("Access-Control-Allow-Origin", "*")
		} else {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
		}
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, X-Run-Id, Mcp-Session-Id")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Grpc-Timeout, Traceparent, X-Request-Id, "+
				"Keyhole-Credentials, Link-Pass, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id")
			h.Set("Access-Control-Max-Age", "7200")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withRequestID gives the request an id. It ignores an id that the client sends, which
// could be any text and would appear in every log.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := id.New("req")
		w.Header().Set(reply.RequestIDHeader, request)
		next.ServeHTTP(w, r.WithContext(caller.WithCall(r.Context(), "", request)))
	})
}
