package strict

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// handleError answers a failed unary call and a request that cannot be decoded.
func handleError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	reply.Error(w, fromMux(r, err))
}

// fromMux recovers our error from what the generated code made of it.
func fromMux(r *http.Request, err error) error {
	if e := decodeError(r); e != nil {
		return e
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	st, ok := status.FromError(err)
	if !ok || st.Code() != codes.InvalidArgument || len(st.Details()) > 0 {
		return err
	}
	if strings.HasPrefix(st.Message(), "invalid grpc-timeout") {
		return errs.InvalidArgument("the header Grpc-Timeout must be a time like 30S or 500m").
			Field("Grpc-Timeout", "must be up to 8 digits and one of H, M, S, m, u, n").Because(err)
	}
	// The checks did not foresee this error. Its text may quote what was sent.
	return errs.InvalidArgument("the request does not match this method; see /openapi.json").Because(err)
}

// routingErrors answers requests for paths and verbs that are not in the contract.
func routingErrors() runtime.RoutingErrorHandlerFunc {
	all := methods()
	return func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
		switch code {
		case http.StatusMethodNotAllowed:
			w.Header().Set("Allow", strings.Join(verbsAt(all, r.URL.Path), ", "))
			reply.Status(w, code, errs.New(codes.Unimplemented, errorsv1.Reason_REASON_METHOD_NOT_FOUND, "this path does not support %s", r.Method))
		case http.StatusNotFound:
			reply.Error(w, reply.NoSuchPath(r))
		default:
			reply.Error(w, errs.InvalidArgument("the path or a header of the request is malformed"))
		}
	}
}

// verbsAt returns the verbs that a path supports.
func verbsAt(all []*method, path string) []string {
	var verbs []string
	for _, m := range all {
		if m.Shape.MatchString(path) && !slices.Contains(verbs, m.Verb) {
			verbs = append(verbs, m.Verb)
		}
	}
	slices.Sort(verbs)
	return verbs
}
