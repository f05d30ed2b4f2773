package strict

import (
	"net/http"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Options make a mux of grpc-gateway strict.
func Options() []runtime.ServeMuxOption {
	return []runtime.ServeMuxOption{
		runtime.WithMarshalerOption(runtime.MIMEWildcard, newMarshaler()),
		runtime.SetQueryParameterParser(&masks{}),
		runtime.WithErrorHandler(handleError),
		runtime.WithRoutingErrorHandler(routingErrors()),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithMiddlewares(checks()),
	}
}

// checks runs before the generated code, which ignores unknown parameters and those that
// the path or the body also set. The generated code's own errors quote the request.
func checks() runtime.Middleware {
	known := map[string]*method{}
	for _, m := range methods() {
		known[m.Route()] = m
	}
	return func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			pattern, _ := runtime.HTTPPattern(r.Context())
			m := known[r.Method+" "+pattern.String()]
			if m == nil { // unreachable: a test calls every method
				reply.Error(w, reply.NoSuchPath(r))
				return
			}
			if err := m.check(r, params); err != nil {
				reply.Error(w, err)
				return
			}
			next(w, r, params)
		}
	}
}

func (m *method) check(r *http.Request, params map[string]string) error {
	if err := checkPath(params); err != nil {
		return err
	}
	if err := m.checkQuery(r.URL.RawQuery); err != nil {
		return err
	}
	return m.checkBody(r)
}

// checkPath refuses text that a string of protobuf cannot hold.
func checkPath(params map[string]string) error {
	for name, value := range params {
		if !utf8.ValidString(value) {
			return errs.InvalidArgument("the path is not UTF-8 text").Field(name, NotText)
		}
	}
	return nil
}

// checkBody prepares the body. It decodes the body of a PATCH, which is small, because
// the generated code reads a copy, in which the error would be lost.
func (m *method) checkBody(r *http.Request) error {
	sent, ok := r.Body.(*body)
	if !ok || m.Body == "" {
		return nil
	}
	request := m.Input.New()
	into := request.Interface()
	if m.Body != "*" {
		into = request.Mutable(fieldOf(m.Input.Descriptor(), m.Body)).Message().Interface()
	}
	patch := m.Verb == http.MethodPatch
	if err := sent.prepare(into.ProtoReflect().Descriptor(), patch); err != nil {
		return err
	}
	if !patch || len(sent.raw) == 0 {
		return nil
	}
	return sent.decode(into)
}
