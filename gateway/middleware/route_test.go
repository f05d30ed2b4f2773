package middleware

import (
	"strings"
	"testing"
)

func TestRouteHoldsNothingThatACallerChose(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v1/shared/SECRETTOKEN:run":          "/v1/shared/{}",
		"/v1/shared/SECRETTOKEN":              "/v1/shared/{}",
		"/v1/workspaces/demo/workflows/x:run": "/v1/workspaces/{}/workflows/{}:run",
		"/v1/SECRETTOKEN":                     "/v1/{}",
		"/v1/workspaces/a/SECRETTOKEN/b":      "/v1/{}",
		"/s/SECRETTOKEN/any/workflows/any":    "/s/...",
		"/SECRETTOKEN/workflows/x":            "/{workspace}/workflows/{workflow}",
		"/healthz":                            "/healthz",
		"/v1/shared/SECRETTOKEN:SECRETTOKEN":  "/v1/shared/{}",
		"/v1/workspaces/x/keys/y:SECRETTOKEN": "/v1/workspaces/{}/keys/{}",
	} {
		if got := Route(path); got != want && !(strings.HasPrefix(got, want) && !strings.Contains(got, "SECRET")) {
			t.Errorf("route(%q) = %q, want %q", path, got, want)
		}
		if strings.Contains(Route(path), "SECRET") {
			t.Errorf("route(%q) = %q shows what the caller sent", path, Route(path))
		}
	}
}
