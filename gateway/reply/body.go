package reply

import (
	"net/http"
	"strconv"
)

// RequestIDHeader names the request in every answer. The request's log line has the
// same id.
const RequestIDHeader = "X-Request-Id"

// RequestID returns the id of the request that w answers.
func RequestID(w http.ResponseWriter) string { return w.Header().Get(RequestIDHeader) }

// JSON writes a JSON body.
func JSON(w http.ResponseWriter, code int, raw []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(raw) // the client may have gone
}

// Body writes a body with its length; the answer to HEAD has only the headers.
func Body(w http.ResponseWriter, r *http.Request, code int, raw []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(code)
	if r.Method != http.MethodHead {
		_, _ = w.Write(raw) // the client may have gone
	}
}
