package reply

import (
	"errors"
	"net/http"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Blame hands the cause of a 5xx answer to the writer that logs the request, if there
// is one: it has a method Fault(error). A service that answered with the error has
// logged its cause itself.
func Blame(w http.ResponseWriter, code int, err error) {
	if code < http.StatusInternalServerError || fromService(err) {
		return
	}
	for {
		if log, ok := w.(interface{ Fault(err error) }); ok {
			log.Fault(err)
			return
		}
		wrapped, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		w = wrapped.Unwrap()
	}
}

// fromService reports whether one of our services answered with the error. If not, it
// arose in the gateway or on the connection.
func fromService(err error) bool {
	if _, here := errors.AsType[*errs.Error](err); here {
		return false
	}
	st, _ := status.FromError(err)
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.GetDomain() == errs.Domain {
			return true
		}
	}
	return false
}
