package roboflow

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Handler serves Roboflow's clients. All fields are required.
type Handler struct {
	Services
	Callers *auth.Auth
	Bodies  *intake.Reader
	// Timeout bounds a request.
	Timeout time.Duration
}

// Serve answers a request whose path is first, a slash, and rest.
func (h *Handler) Serve(w http.ResponseWriter, r *http.Request, first, rest string) {
	w.Header().Set("Cache-Control", "no-store")
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	known := routesOf(path)
	if len(path) == 1 && path[0] != "info" && !AsksWhose(r) && !(hasKey(r) && r.Method == http.MethodGet) {
		known = nil // a workspace is shown to its keys only; to others it is a path like any
	}
	to, ok := targetOf(first, rest)
	one, has := known[r.Method]
	switch {
	case has:
		h.serveRoute(w, r, one, path)
		return
	case known != nil && !(ok && r.Method == http.MethodPost):
		w.Header().Set("Allow", allowOf(known, ok))
		writeBody(w, http.StatusMethodNotAllowed, errorBody{Message: "this path takes " + allowOf(known, ok)})
		return
	case !ok:
		reply.Error(w, reply.NoSuchPath(r)) // as for every path that does not exist
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		writeBody(w, http.StatusMethodNotAllowed, errorBody{Message: "use POST here"})
		return
	case to.token != "" && to.inline:
		writeError(w, errs.PermissionDenied("a link runs the workflow that it shares; it cannot carry a definition").WithReason(errorsv1.Reason_REASON_DEFINITION_FORBIDDEN))
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.Timeout)
	defer cancel()
	result, err := h.execute(ctx, w, r, to)
	if err != nil {
		writeError(w, err)
		return
	}
	w.Header().Set("X-Run-Id", result.GetRun())
	writeOutputs(w, result.GetOutputs())
}

func (h *Handler) execute(ctx context.Context, w http.ResponseWriter, r *http.Request, to target) (*runnerinternalv1.ExecuteJSONResponse, error) {
	if err := to.check(); err != nil {
		return nil, err
	}
	if to.token != "" {
		if err := h.Gate.CheckOrigin(ctx, r, to.token); err != nil {
			return nil, err
		}
	}
	sent, err := h.receive(ctx, w, r, to)
	if err != nil {
		return nil, err
	}
	defer sent.Release()
	body, err := decode(sent.Bytes)
	if err != nil {
		return nil, err
	}
	key, err := keyOf(r, body)
	if err != nil {
		return nil, err
	}
	if key == "" && to.token == "" {
		return nil, errs.Unauthenticated("send your Keyhole key as api_key, or as Authorization: Bearer <key>")
	}
	call, err := executeRequest(to, body)
	if err != nil {
		return nil, err
	}
	ctx, err = h.Callers.As(ctx, auth.Key(key), h.Callers.Visitor(r))
	if err != nil {
		return nil, err
	}
	return h.Runner.ExecuteJSON(ctx, call)
}
