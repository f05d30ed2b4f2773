package gateway

import (
	"net/http"
	"net/textproto"
	"slices"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/id"
)

// forwarded are the request headers that reach gRPC, and the names that they
// get there. Nothing else does: a header that a client can send must not be able
// to look like what one of our own hops says.
var forwarded = map[string]string{
	"Traceparent": "traceparent",
	"Tracestate":  "tracestate",
}

func incomingHeader(name string) (string, bool) {
	to, ok := forwarded[textproto.CanonicalMIMEHeaderKey(name)]
	return to, ok
}

// outgoingHeader lets no gRPC metadata out: what a client may know is in the body.
func outgoingHeader(string) (string, bool) { return "", false }

func headerOptions() []runtime.ServeMuxOption {
	return []runtime.ServeMuxOption{
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(outgoingHeader),
		runtime.WithOutgoingTrailerMatcher(outgoingHeader),
	}
}

// withSecurityHeaders sets what every answer has. The API renders nothing, so it
// may load nothing; pages set their own policy.
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

// withCORS answers browsers. Credentials mode is never allowed: a key travels in
// a header that a page sets itself, so any origin may be let in.
func (g *Gateway) withCORS(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin == "" || !g.originAllowed(origin) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		if len(g.cfg.AllowOrigins) == 0 {
			h.Set("Access-Control-Allow-Origin", "*")
		} else {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Add("Vary", "Origin")
		}
		h.Set("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, X-Run-Id")
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Grpc-Timeout, Traceparent, X-Request-Id")
			h.Set("Access-Control-Max-Age", "7200")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (g *Gateway) originAllowed(origin string) bool {
	return len(g.cfg.AllowOrigins) == 0 || slices.Contains(g.cfg.AllowOrigins, origin)
}

// withRequestID names the request. The name is always ours: a client's could be
// anything, and would stand in every log.
func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := id.New("req")
		w.Header().Set(reply.RequestIDHeader, request)
		next.ServeHTTP(w, r.WithContext(caller.WithCall(r.Context(), "", request, "")))
	})
}
