package gateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
)

// services is a gateway with services that record their requests.
type services struct {
	*Gateway
	*gatewaytest.Services
}

func newServices(t *testing.T) *services {
	t.Helper()
	s := &services{Services: gatewaytest.NewServices(t)}
	g, err := New(t.Context(), Config{}, depsOf(s.Conn))
	if err != nil {
		t.Fatal(err)
	}
	s.Gateway = g
	return s
}

func (s *services) send(t *testing.T, verb, target, body string, header ...string) gatewaytest.Answer {
	t.Helper()
	return gatewaytest.Send(t, s, verb, target, body, header...)
}

// A request that no message can carry is refused before one is created.
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
		if got := s.send(t, http.MethodPost, c.target, c.body); got.Status != c.status || !strings.Contains(got.Text, c.word) {
			t.Errorf("%s: got %s", what, got)
		}
	}
	if got := s.send(t, http.MethodGet, "/v1/whoami", "", "Authorization", "Bearer \xff"); got.Status != http.StatusUnauthorized {
		t.Errorf("a key that is no text: %s", got)
	}
	if got := s.send(t, http.MethodGet, "/v1/whoami", "", "Grpc-Timeout", "soon"); got.Status != http.StatusBadRequest || len(got.Fields) != 1 {
		t.Errorf("a time that is none: %s", got)
	}
}

func TestACompressedBodyIsRefused(t *testing.T) {
	t.Parallel()
	s := newServices(t)
	artifact := "/v1/workspaces/x/models/y/versions/1/artifact"
	for target, verb := range map[string]string{"/v1/shared/x:run": "POST", "/v1/workspaces/x/workflows/y": "PATCH", artifact: "PUT", "/s/x/a/workflows/b": "POST"} {
		for _, encoding := range []string{"gzip", "deflate", "identity, br", "x"} {
			got := s.send(t, verb, target, `{"inputs":{}}`, "Content-Encoding", encoding)
			if got.Status != http.StatusUnsupportedMediaType || !strings.Contains(got.Text, "INVALID_REQUEST") || !strings.Contains(got.Text, `"Content-Encoding"`) {
				t.Errorf("%s %s as %s: %s", verb, target, encoding, got)
			}
		}
		if got := s.send(t, verb, target, `{}`, "Content-Encoding", "identity"); got.Status == http.StatusUnsupportedMediaType {
			t.Errorf("%s %s as identity: %s", verb, target, got)
		}
	}
}
