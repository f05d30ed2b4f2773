package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// logged returns a gateway whose services answer with an error, and its log.
func logged(t *testing.T, err error, gone bool) (*Gateway, *bytes.Buffer) {
	t.Helper()
	var lines bytes.Buffer
	conn := gatewaytest.Dial(t, func(*grpc.Server) {}, grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return err }))
	if gone {
		conn = unreachable(t)
	}
	g, failed := New(t.Context(), Config{}, Deps{
		Sharing: conn, Vault: conn, Registry: conn, Runner: conn, VaultInternal: conn, RunnerInternal: conn,
		Logger: slog.New(slog.NewJSONHandler(&lines, nil)),
	})
	if failed != nil {
		t.Fatal(failed)
	}
	return g, &lines
}

// unreachable is a connection to an address that nothing serves.
func unreachable(t *testing.T) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:gone", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) { return nil, net.ErrClosed }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// The answer to an internal error contains the ID of its log line. The cause is logged
// once, where it happened.
func TestAFaultIsNamedAndLogged(t *testing.T) {
	t.Parallel()
	theirs := errs.Status(errs.Internal("internal error")).Err()
	for name, c := range map[string]struct {
		err    error
		gone   bool
		status int
		level  string
	}{
		"a service's own fault":   {theirs, false, http.StatusInternalServerError, "INFO"},
		"what is no service's":    {errors.New(gatewaytest.Canary), false, http.StatusInternalServerError, "ERROR"},
		"a connection that fails": {nil, true, http.StatusServiceUnavailable, "WARN"},
	} {
		for _, path := range []string{"/v1/shared/x:run", "/v1/shared/x:runStream", "/s/x/any/workflows/any"} {
			g, lines := logged(t, c.err, c.gone)
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, strings.NewReader(`{"inputs":{}}`)))
			if id := w.Header().Get("X-Request-Id"); w.Code != c.status || id == "" || !strings.Contains(w.Body.String(), id) {
				t.Errorf("%s at %s: %d %s does not name %q", name, path, w.Code, w.Body, id)
			}
			var line struct{ Level, Error string }
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Fatal(err)
			}
			if line.Level != c.level || (line.Error != "") != (c.level != "INFO") {
				t.Errorf("%s at %s: logged %s", name, path, lines)
			}
		}
	}
}
