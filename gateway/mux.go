package gateway

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

// handleError is grpc-gateway's, for a unary call and for an undecodable
// request.
func handleError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	reply.Error(w, fromMux(r, err))
}

// fromMux undoes what the generated code does to errors of ours on their way.
func fromMux(r *http.Request, err error) error {
	if problem := decodeProblem(r); problem != nil {
		return problem
	}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e
	}
	st, ok := status.FromError(err)
	if !ok || st.Code() != codes.InvalidArgument || len(st.Details()) > 0 {
		return err
	}
	if strings.HasPrefix(st.Message(), "invalid grpc-timeout") {
		return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the header Grpc-Timeout is not a time like 30S or 500m").
			Field("Grpc-Timeout", "wanted: up to 8 digits and one of H, M, S, m, u, n").Because(err)
	}
	// What strict has not foreseen. The text may quote what was sent.
	return errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the request has not the form that this method takes; see /openapi.json").Because(err)
}

// routingErrors answers for paths and methods that are not in the contract.
func routingErrors() runtime.RoutingErrorHandlerFunc {
	all := methods()
	return func(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int) {
		switch code {
		case http.StatusMethodNotAllowed:
			w.Header().Set("Allow", strings.Join(verbsAt(all, r.URL.Path), ", "))
			reply.Status(w, code, errs.New(codes.Unimplemented, errorsv1.Reason_REASON_METHOD_NOT_FOUND, "this path does not take %s", r.Method))
		case http.StatusNotFound:
			reply.Error(w, reply.NoSuchPath(r))
		default:
			reply.Error(w, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the path or a header of the request is malformed"))
		}
	}
}

// verbsAt are what a path takes.
func verbsAt(all []*method, path string) []string {
	var verbs []string
	for _, m := range all {
		if m.shape.MatchString(path) && !slices.Contains(verbs, m.verb) {
			verbs = append(verbs, m.verb)
		}
	}
	slices.Sort(verbs)
	return verbs
}
