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

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// logged is a gateway before services that answer with an error, and what it logs.
func logged(t *testing.T, err error, gone bool) (*Gateway, *bytes.Buffer) {
	t.Helper()
	var lines bytes.Buffer
	conn := dialled(t, func(*grpc.Server) {}, grpc.UnknownServiceHandler(func(any, grpc.ServerStream) error { return err }))
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

// unreachable is a connection to where nobody is.
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

// A fault has the name under which the operator finds it; its cause is logged once, by
// whoever knows it.
func TestAFaultIsNamedAndLogged(t *testing.T) {
	t.Parallel()
	theirs := errs.Status(errs.Internal(errorsv1.Reason_REASON_INTERNAL, "internal error")).Err()
	for name, c := range map[string]struct {
		err    error
		gone   bool
		status int
		level  string
	}{
		"a service's own fault":   {theirs, false, http.StatusInternalServerError, "INFO"},
		"what is no service's":    {errors.New(canary), false, http.StatusInternalServerError, "ERROR"},
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

// What no message can carry is refused before one is made.
func TestWhatProtobufCannotCarry(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	deep := func(n int) string { return strings.Repeat(`{"a":[`, n) + `1` + strings.Repeat(`]}`, n) }
	for what, c := range map[string]struct {
		target, body string
		status       int
		word         string
	}{
		"as deep as may be":      {"/v1/shared/x:run", `{"inputs":{"who":` + deep(49) + `}}`, 200, ""},
		"deeper":                 {"/v1/shared/x:run", `{"inputs":{"who":` + deep(50) + `}}`, 400, `"inputs"`},
		"9000 lists":             {"/v1/shared/x:run", `{"inputs":{"who":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}}`, 400, `"inputs"`},
		"a million that open":    {"/v1/shared/x:run", strings.Repeat("[", 1_000_000), 400, `"body"`},
		"brackets in text":       {"/v1/shared/x:run", `{"inputs":{"who":"\\\"` + strings.Repeat("[", 9000) + `"}}`, 200, ""},
		"numbers do not grow":    {"/v1/shared/x:run", `{"inputs":{"who":[` + strings.Repeat("1,", 900_000) + `"` + strings.Repeat("a", 29<<20) + `"]}}`, 200, ""},
		"more than a million":    {"/v1/shared/x:run", `{"inputs":{"who":[` + strings.Repeat("1,", 1_100_000) + `1]}}`, 400, `"inputs"`},
		"Roboflow's, deep":       {"/s/x/a/workflows/b", `{"inputs":{"who":` + deep(60) + `}}`, 400, `"inputs"`},
		"Roboflow's, definition": {"/s/x/a/workflows/b", `{"inputs":{},"specification":` + deep(60) + `}`, 400, `"specification"`},
		"Roboflow's, elsewhere":  {"/s/x/a/workflows/b", `{"inputs":{},"x":` + deep(60) + `}`, 400, `"body"`},
		"Roboflow's, no text":    {"/s/x/a/workflows/b", `{"inputs":{"a":"` + "\xff" + `"}}`, 400, "UTF-8"},
		"Roboflow's, a link":     {"/s/%ff%fe/a/workflows/b", `{"inputs":{}}`, 400, `"token"`},
		"Roboflow's, a key":      {"/a/workflows/b?api_key=%ff", `{"inputs":{}}`, 401, "api_key"},
		"Roboflow's, a path":     {"/%ff/workflows/b?api_key=x", `{"inputs":{}}`, 404, "NOT_FOUND"},
		"no text":                {"/v1/shared/x:run", `{"inputs":{"a":"` + "\xff" + `"}}`, 400, `"inputs"`},
	} {
		if got := s.send(t, http.MethodPost, c.target, c.body); got.status != c.status || !strings.Contains(got.text, c.word) {
			t.Errorf("%s: got %s", what, got)
		}
	}
	if got := s.send(t, http.MethodGet, "/v1/whoami", "", "Authorization", "Bearer \xff"); got.status != http.StatusUnauthorized {
		t.Errorf("a key that is no text: %s", got)
	}
	if got := s.send(t, http.MethodGet, "/v1/whoami", "", "Grpc-Timeout", "soon"); got.status != http.StatusBadRequest || len(got.fields) != 1 {
		t.Errorf("a time that is none: %s", got)
	}
}
