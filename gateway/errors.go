package gateway

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// httpStatus maps an error to HTTP, for /v1 and for Roboflow's clients. Budgets are 402 and not 429, because
// Roboflow's clients retry 429 and lose its message; so is what is too large 413.
func httpStatus(err error) int {
	if errors.Is(err, errEncoding) {
		return http.StatusUnsupportedMediaType
	}
	if errors.Is(err, errSlow) {
		return http.StatusRequestTimeout
	}
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED,
		errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED:
		return http.StatusPaymentRequired
	case errorsv1.Reason_REASON_REQUEST_TOO_LARGE, errorsv1.Reason_REASON_IMAGE_TOO_LARGE, errorsv1.Reason_REASON_RESULT_TOO_LARGE:
		return http.StatusRequestEntityTooLarge
	case errorsv1.Reason_REASON_RUN_REVOKED: // with whatever code the path gives it
		return http.StatusConflict
	case errorsv1.Reason_REASON_PROVIDER_FAILED:
		if errs.CodeOf(err) != codes.InvalidArgument { // a picture that an input names: the caller can mend it
			return http.StatusBadGateway
		}
	}
	return runtime.HTTPStatusFromCode(errs.CodeOf(err))
}

// writeError writes google.rpc.Status.
func writeError(w http.ResponseWriter, err error) {
	e := errs.From(err)
	code := httpStatus(e)
	blame(w, code, err)
	writeStatus(w, code, e)
}

func writeStatus(w http.ResponseWriter, code int, e *errs.Error) {
	st := e.GRPCStatus()
	if code >= http.StatusInternalServerError { // all refusals of one kind are the same to the byte
		st = errs.WithRequestID(st, requestIDOf(w))
	}
	raw, err := protojson.Marshal(st.Proto())
	if err != nil { // not reached: statuses of ours always marshal
		raw = []byte(`{"code":13,"message":"internal error"}`)
	}
	if d := e.Delay(); d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(d.Seconds()+0.999)))
	}
	if e.Code() == codes.Unauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="keyhole"`)
	}
	writeJSON(w, code, raw)
}

func writeJSON(w http.ResponseWriter, code int, raw []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(raw) // the client may be gone
}

// handleError is grpc-gateway's, for a unary call and for an undecodable
// request.
func handleError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, err error) {
	writeError(w, fromMux(r, err))
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
			writeStatus(w, code, errs.New(codes.Unimplemented, errorsv1.Reason_REASON_METHOD_NOT_FOUND, "this path does not take %s", r.Method))
		case http.StatusNotFound:
			writeError(w, noSuchPath(r))
		default:
			writeError(w, errs.InvalidArgument(errorsv1.Reason_REASON_INVALID_REQUEST, "the path or a header of the request is malformed"))
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
