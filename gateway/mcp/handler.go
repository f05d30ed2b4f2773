package mcp

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/keyhole-dev/keyhole/gateway/admission"
	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Config says how tools are served. All fields are required.
type Config struct {
	Callers *auth.Auth
	Gate    *admission.Gate
	Bodies  *intake.Reader
	// The public endpoints, which check the rights of each caller.
	Sharing sharingv1.SharingServiceClient
	Runner  runnerv1.RunnerServiceClient
	// Timeout bounds a request.
	Timeout time.Duration
}

// Handler serves tools.
type Handler struct {
	Config
	calls *calls
}

// New makes a Handler. It asks the services nothing.
func New(cfg Config) *Handler { return &Handler{Config: cfg, calls: newCalls()} }

// sessionHeader labels the requests of one client. It gives no right: the package uses it only
// to find the call that a client cancels.
const sessionHeader = "Mcp-Session-Id"

// Link serves /s/{token}/mcp.
func (h *Handler) Link(w http.ResponseWriter, r *http.Request, token string) {
	h.serve(w, r, token)
}

// Workspace serves /mcp.
func (h *Handler) Workspace(w http.ResponseWriter, r *http.Request) { h.serve(w, r, "") }

// serve answers one request. It checks the origin first, whatever the method: a page of another
// site reaches a server on this machine by a name that it makes point here.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, token string) {
	w.Header().Set("Cache-Control", "no-store")
	ctx, cancel := context.WithTimeout(r.Context(), h.Timeout)
	defer cancel()
	if err := h.checkOrigin(ctx, r, token); err != nil {
		reply.Error(w, err)
		return
	}
	if r.Method != http.MethodPost { // there is no stream of a server that keeps no state
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	one, err := h.receive(ctx, w, r, token)
	if err != nil {
		reply.Error(w, err)
		return
	}
	defer one.body.Release()
	if one.message.Method == "notifications/cancelled" {
		h.calls.cancel(one.key(one.message.Params.RequestID))
		w.WriteHeader(http.StatusAccepted)
		return
	}
	server, err := h.server(one)
	if err != nil {
		reply.Error(w, err)
		return
	}
	if one.message.Method == "initialize" {
		w.Header().Set(sessionHeader, rand.Text())
	}
	handler := sdk.NewStreamableHTTPHandler(func(*http.Request) *sdk.Server { return server }, &sdk.StreamableHTTPOptions{
		Stateless: true, PropagateRequestCancellation: true, MaxRequestBodyBytes: -1, // read and bounded above
		DisableLocalhostProtection: true, // CheckOrigin refuses pages, and a proxy on this machine has another host name
	})
	inner := r.Clone(one.as)
	inner.Body = io.NopCloser(bytes.NewReader(one.body.Bytes))
	for _, name := range []string{"Authorization", "Cookie", credentialsHeader} {
		inner.Header.Del(name)
	}
	handler.ServeHTTP(w, inner)
}

func (h *Handler) checkOrigin(ctx context.Context, r *http.Request, token string) error {
	if token == "" {
		return h.Gate.CheckOwnOrigin(r)
	}
	return h.Gate.CheckOrigin(ctx, r, token)
}

// receive authenticates the caller and reads the message. It authenticates again after a slow
// body, because an assertion lives for seconds.
func (h *Handler) receive(ctx context.Context, w http.ResponseWriter, r *http.Request, token string) (*exchange, error) {
	proof, err := h.Callers.Proof(r)
	if err != nil {
		return nil, err
	}
	begin, visitor := time.Now(), h.Callers.Visitor(r)
	as, err := h.Callers.As(ctx, proof, visitor)
	if err != nil {
		return nil, err
	}
	by := caller.From(as)
	if token == "" && !by.Kind.OfWorkspace() {
		return nil, errs.Unauthenticated("send the key of a workspace: Authorization: Bearer <key>; a link has its own server at /s/TOKEN/mcp")
	}
	credentials, err := credentialsOf(r)
	if err != nil {
		return nil, err
	}
	client := fair.ClientOf(by)
	body, err := h.Bodies.Read(w, r, intake.Sender{Client: client, Admit: func(context.Context, []byte) (fair.Client, error) {
		if token == "" {
			return client, nil
		}
		return client, h.Gate.Link(as, token)
	}})
	if err != nil {
		return nil, err
	}
	one := &exchange{token: token, as: as, caller: by, session: r.Header.Get(sessionHeader), body: body, credentials: credentials}
	if one.message, err = read(body.Bytes); err == nil && time.Since(begin) > time.Second {
		one.as, err = h.Callers.As(ctx, proof, visitor)
	}
	if err != nil {
		body.Release()
		return nil, err
	}
	return one, nil
}
