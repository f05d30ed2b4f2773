package reply

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Causes that have an HTTP status of their own. gRPC has no code for them.
var (
	ErrEncoding = errors.New("content encoding")
	ErrSlow     = errors.New("slow body")
)

// HTTPStatus maps an error to HTTP, for /v1 and for Roboflow's clients. An exhausted
// budget is 402 and not 429, because Roboflow's clients retry 429 and lose its
// message. A size limit is 413 for the same reason.
func HTTPStatus(err error) int {
	if errors.Is(err, ErrEncoding) {
		return http.StatusUnsupportedMediaType
	}
	if errors.Is(err, ErrSlow) {
		return http.StatusRequestTimeout
	}
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_KEY_BUDGET_EXHAUSTED, errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED,
		errorsv1.Reason_REASON_VISITOR_BUDGET_EXHAUSTED, errorsv1.Reason_REASON_CREDENTIAL_CALLS_EXHAUSTED:
		return http.StatusPaymentRequired
	case errorsv1.Reason_REASON_REQUEST_TOO_LARGE, errorsv1.Reason_REASON_IMAGE_TOO_LARGE, errorsv1.Reason_REASON_RESULT_TOO_LARGE:
		return http.StatusRequestEntityTooLarge
	case errorsv1.Reason_REASON_SHARE_PAUSED, errorsv1.Reason_REASON_SHARE_EXPIRED, errorsv1.Reason_REASON_SHARE_NOT_STARTED,
		errorsv1.Reason_REASON_SUSPENDED_BY_OPERATOR: // the request is in order
		return http.StatusForbidden
	case errorsv1.Reason_REASON_RUN_REVOKED: // its gRPC code depends on where the run was stopped
		return http.StatusConflict
	case errorsv1.Reason_REASON_PROVIDER_FAILED:
		if errs.CodeOf(err) != codes.InvalidArgument { // an input names the picture: the caller can fix it
			return http.StatusBadGateway
		}
	}
	return runtime.HTTPStatusFromCode(errs.CodeOf(err))
}

// Error writes an error as google.rpc.Status.
func Error(w http.ResponseWriter, err error) {
	e := errs.From(err)
	code := HTTPStatus(e)
	Blame(w, code, err)
	Status(w, code, e)
}

// Status writes an error with an HTTP status that its code does not imply.
func Status(w http.ResponseWriter, code int, e *errs.Error) {
	st := e.GRPCStatus()
	if code >= http.StatusInternalServerError { // refusals carry no id: equal refusals stay equal to the byte
		st = errs.WithRequestID(st, RequestID(w))
	}
	raw, err := protojson.Marshal(st.Proto())
	if err != nil { // not reached: our statuses always marshal
		raw = []byte(`{"code":13,"message":"internal error"}`)
	}
	if d := e.Delay(); d > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(d.Seconds()+0.999)))
	}
	if e.Code() == codes.Unauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="keyhole"`)
	}
	JSON(w, code, raw)
}

// NoSuchPath is the error for a path that the gateway does not serve.
func NoSuchPath(r *http.Request) error {
	return errs.NotFound("no such path for %s; the API is described at /openapi.json", r.Method).WithReason(errorsv1.Reason_REASON_METHOD_NOT_FOUND)
}
