package api

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// breaking is a runner whose streams fail after a number of events.
type breaking struct {
	runnerv1.UnimplementedRunnerServiceServer
	events int
	err    error
}

func (b *breaking) RunSharedWorkflowStream(_ *runnerv1.RunSharedWorkflowStreamRequest, to grpc.ServerStreamingServer[runnerv1.RunEvent]) error {
	for range b.events {
		if err := to.Send(&runnerv1.RunEvent{Event: &runnerv1.RunEvent_Started{Started: "run_1"}}); err != nil {
			return err
		}
	}
	return b.err
}

// A stream that is refused before its first line is an ordinary error. A later failure is
// the last line of the stream.
func TestAStreamThatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		events, status int
		err            *errs.Error
		retry          string
	}{
		"no link":     {0, http.StatusNotFound, errs.NotFound("nothing there"), ""},
		"no budget":   {0, http.StatusPaymentRequired, errs.ResourceExhausted(errorsv1.Reason_REASON_SHARE_BUDGET_EXHAUSTED, "used up"), ""},
		"busy":        {0, http.StatusTooManyRequests, errs.ResourceExhausted(errorsv1.Reason_REASON_RATE_LIMITED, "later").RetryAfter(time.Second), "1"},
		"a late line": {2, http.StatusOK, errs.FailedPrecondition(errorsv1.Reason_REASON_PROVIDER_FAILED, "the provider answered 401"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := gatewaytest.Dial(t, func(s *grpc.Server) {
				runnerv1.RegisterRunnerServiceServer(s, &breaking{events: c.events, err: c.err.GRPCStatus().Err()})
			})
			mux, err := newMux(t.Context(), Clients{Sharing: conn, Vault: conn, Registry: conn, Runner: conn})
			if err != nil {
				t.Fatal(err)
			}
			got := httptest.NewRecorder()
			w, r := withStream(got, httptest.NewRequest(http.MethodPost, "/v1/shared/token:runStream", strings.NewReader("{}")))
			mux.ServeHTTP(w, r)
			if got.Code != c.status || got.Header().Get("Retry-After") != c.retry {
				t.Errorf("%d %v", got.Code, got.Header())
			}
			lines := strings.Split(strings.TrimSpace(got.Body.String()), "\n")
			if len(lines) != c.events+1 {
				t.Fatalf("lines %q", lines)
			}
			var last struct {
				Code    int
				Message string
				Error   *struct{ Message string }
			}
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil {
				t.Fatal(err)
			}
			switch {
			case c.events == 0 && (last.Error != nil || last.Message != c.err.Message() || last.Code == 0 || got.Header().Get("Content-Type") != "application/json"):
				t.Errorf("refused with %s as %s", got.Body, got.Header().Get("Content-Type"))
			case c.events > 0 && (last.Error == nil || last.Error.Message != c.err.Message()):
				t.Errorf("ended with %s", got.Body)
			}
		})
	}
}
