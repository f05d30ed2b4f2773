package roboflow

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"unicode/utf8"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// serveRoute answers a request for a route.
func (h *Handler) serveRoute(w http.ResponseWriter, r *http.Request, to route, path []string) {
	ctx, cancel := context.WithTimeout(r.Context(), h.Timeout)
	defer cancel()
	x := &exchange{Services: &h.Services, request: r, path: path}
	ctx, err := h.open(ctx, w, x, to)
	if err != nil {
		writePlatformError(w, err)
		return
	}
	defer x.body.Release()
	result, err := to.answer(ctx, x)
	if err != nil {
		writePlatformError(w, err)
		return
	}
	if picture, ok := result.(jpeg); ok {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(picture) // the client may have gone
		return
	}
	raw, isRaw := result.([]byte)
	if !isRaw {
		if raw, err = json.Marshal(result); err != nil {
			writePlatformError(w, err)
			return
		}
	}
	reply.JSON(w, http.StatusOK, raw)
}

// open authenticates the caller and reads the body, which may hold the key.
func (h *Handler) open(ctx context.Context, w http.ResponseWriter, x *exchange, to route) (context.Context, error) {
	for _, part := range x.path {
		if !utf8.ValidString(part) {
			return nil, errs.InvalidArgument("the path is not UTF-8 text").Field("path", strict.NotText)
		}
	}
	body, err := h.receive(ctx, w, x.request, target{})
	if err != nil {
		return nil, err
	}
	if ctx, err = h.authenticate(ctx, x, body.Bytes, to); err != nil {
		body.Release()
		return nil, err
	}
	x.body = body
	return ctx, nil
}

// authenticate finds the caller by the key of the request or of its body.
func (h *Handler) authenticate(ctx context.Context, x *exchange, body []byte, to route) (context.Context, error) {
	var held struct {
		APIKey *string `json:"api_key"`
	}
	if bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("{")) {
		if err := strict.CheckBounds(body, fieldOf); err != nil {
			return nil, err
		}
		_ = json.Unmarshal(body, &held) // a body of another form is the answer's to refuse
	}
	if to.document {
		held.APIKey = nil
	}
	key, err := keyOf(x.request, &request{APIKey: held.APIKey})
	if err != nil {
		return nil, err
	}
	if key == "" && !to.open {
		return nil, errs.Unauthenticated("send your Keyhole key as api_key, or as Authorization: Bearer <key>")
	}
	ctx, err = h.Callers.As(ctx, auth.Key(key), h.Callers.Visitor(x.request))
	if err != nil {
		return nil, err
	}
	if x.caller = caller.From(ctx); !to.open && !x.caller.Kind.OfWorkspace() {
		return nil, errs.PermissionDenied("only a key of a workspace can do this")
	}
	return ctx, nil
}
