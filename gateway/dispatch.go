package gateway

import (
	"net/http"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/gateway/roboflow"
	"github.com/keyhole-dev/keyhole/proto/gen/openapi"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// dispatch chooses by the first path segment. It is one function, because Roboflow's
// pattern `/{ws}/workflows/{wf}` conflicts with all other patterns of a ServeMux. The
// vault reserves these first segments: no workspace has such an id.
func (g *Gateway) dispatch(w http.ResponseWriter, r *http.Request) {
	r = g.callers.WithPass(r)
	if !roboflow.AsksWhose(r) && r.URL.Path == "/" && g.pages.Root(w, r) {
		return
	}
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "v1":
		if token, shared := strings.CutPrefix(rest, "shared/"); shared && !strings.ContainsAny(token, "/:") {
			g.views.ServeHTTP(w, r)
			return
		}
		g.api.ServeHTTP(w, r)
	case "healthz":
		reply.JSON(w, http.StatusOK, []byte(`{"status":"ok"}`))
	case "readyz", "readiness":
		g.serveReady(w, r)
	case "openapi.json":
		w.Header().Set("Cache-Control", "public, max-age=300")
		reply.JSON(w, http.StatusOK, openapi.Document)
	case "mcp":
		g.mcp.Workspace(w, r)
	case "s":
		if token, ok := strings.CutSuffix(strings.TrimSuffix(rest, "/"), "/mcp"); ok && !strings.Contains(token, "/") {
			g.mcp.Link(w, r, token)
			return
		}
		if !g.signin.Unlock(w, r, rest) && !g.pages.Share(w, r, rest) {
			g.roboflow.Serve(w, r, first, rest)
		}
	case "embed":
		g.pages.Embed(w, r, rest)
	case "oembed":
		g.pages.OEmbed(w, r)
	case "app":
		if !g.signin.Serve(w, r, rest) {
			g.pages.Console(w, r)
		}
	case "assets":
		g.pages.Asset(w, r, rest)
	case "docs":
		roboflow.Docs(w)
	case "infer", "workflows", "model", "info":
		g.roboflow.Serve(w, r, first, rest)
	default: // a workspace, or a model
		g.roboflow.Serve(w, r, first, rest)
	}
}

func (g *Gateway) serveReady(w http.ResponseWriter, r *http.Request) {
	if g.ready != nil {
		if err := g.ready(r.Context()); err != nil {
			reply.Error(w, errs.Unavailable("not ready: a service behind the gateway is unreachable").Because(err))
			return
		}
	}
	reply.JSON(w, http.StatusOK, []byte(`{"status":"ready"}`))
}
