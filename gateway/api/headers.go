package api

import (
	"net/textproto"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
)

// forwarded maps the request headers that reach gRPC to their names there. No other
// header does: a client must not be able to imitate the metadata of our own services.
var forwarded = map[string]string{
	"Traceparent": "traceparent",
	"Tracestate":  "tracestate",
}

func incomingHeader(name string) (string, bool) {
	to, ok := forwarded[textproto.CanonicalMIMEHeaderKey(name)]
	return to, ok
}

// outgoingHeader lets no gRPC metadata out. A client learns everything from the body.
func outgoingHeader(string) (string, bool) { return "", false }

func headerOptions() []runtime.ServeMuxOption {
	return []runtime.ServeMuxOption{
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(outgoingHeader),
		runtime.WithOutgoingTrailerMatcher(outgoingHeader),
	}
}
