package gateway

import (
	"net/http"
	"unicode/utf8"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// strict looks a request over before the generated code does. That code drops
// parameters that it does not know, and those of fields that the path or the body
// gives; and of whatever it refuses itself it keeps no more than a text that quotes
// what was sent.
func strict() runtime.Middleware {
	known := map[string]*method{}
	for _, m := range methods() {
		known[m.route()] = m
	}
	return func(next runtime.HandlerFunc) runtime.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request, params map[string]string) {
			pattern, _ := runtime.HTTPPattern(r.Context())
			m := known[r.Method+" "+pattern.String()]
			if m == nil { // not reached: a test calls every method
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

// checkPath refuses what no string of protobuf can hold.
func checkPath(params map[string]string) error {
	for name, value := range params {
		if !utf8.ValidString(value) {
			return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the path is not text in UTF-8").Field(name, notText)
		}
	}
	return nil
}

const notText = "not UTF-8"

// checkBody prepares the body, and decodes that of a PATCH, which is small: the
// generated code reads it from a copy, so that what is wrong with it would be lost.
func (m *method) checkBody(r *http.Request) error {
	sent, ok := r.Body.(*body)
	if !ok || m.body == "" {
		return nil
	}
	request := m.input.New()
	into := request.Interface()
	if m.body != "*" {
		into = request.Mutable(fieldOf(m.input.Descriptor(), m.body)).Message().Interface()
	}
	patch := m.verb == http.MethodPatch
	if err := sent.prepare(into.ProtoReflect().Descriptor(), patch); err != nil {
		return err
	}
	if !patch || len(sent.raw) == 0 {
		return nil
	}
	return sent.decode(into)
}
