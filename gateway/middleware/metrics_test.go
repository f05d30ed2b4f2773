package middleware

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

// A request is counted and logged under our name for its route, not the caller's text.
func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	tel, err := telemetry.New(t.Context(), telemetry.Config{Service: "test", Output: &lines})
	if err != nil {
		t.Fatal(err)
	}
	d, err := newMetrics(false, tel.Meter)
	if err != nil {
		t.Fatal(err)
	}
	h := withLog(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("12345"))
		w.(http.Flusher).Flush()
	}), tel.Logger, d)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest("CANARY", "/v1/shared/CANARY?key=CANARY", nil))
	if rec.Code != http.StatusTeapot || !rec.Flushed {
		t.Errorf("status %d, flushed %v", rec.Code, rec.Flushed)
	}
	for _, part := range []string{`"route":"/v1/shared/{}"`, `"status":418`, `"bytes":5`} {
		if !strings.Contains(lines.String(), part) {
			t.Errorf("%s is not in %s", part, lines.String())
		}
	}
	page := httptest.NewRecorder()
	tel.Metrics.ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	want := `http_server_request_duration_seconds_count{http_request_method="_OTHER",http_response_status_code="418",http_route="/v1/shared/{}"} 1`
	if !strings.Contains(page.Body.String(), want) || strings.Contains(page.Body.String(), "CANARY") {
		t.Errorf("want %s in\n%.3000s", want, page.Body)
	}
}
