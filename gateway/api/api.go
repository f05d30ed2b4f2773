package api

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/admission"
	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
)

// Config says how /v1 is served. All fields are required.
type Config struct {
	Clients Clients
	Callers *auth.Auth
	Gate    *admission.Gate
	Bodies  *intake.Reader
	// MaxArtifact bounds an uploaded model in bytes.
	MaxArtifact int64
	// Timeout bounds every request except uploads.
	Timeout time.Duration
}

// Handler serves /v1.
type Handler struct {
	cfg      Config
	mux      http.Handler
	registry registryv1.RegistryServiceClient
	sharing  sharingv1.SharingServiceClient
}

// New registers the services. It sends them nothing.
func New(ctx context.Context, cfg Config) (*Handler, error) {
	mux, err := newMux(ctx, cfg.Clients)
	if err != nil {
		return nil, err
	}
	return &Handler{
		cfg: cfg, mux: mux,
		registry: registryv1.NewRegistryServiceClient(cfg.Clients.Registry), sharing: sharingv1.NewSharingServiceClient(cfg.Clients.Sharing),
	}, nil
}

var (
	// linkCall matches a call on a link, ownRun a run of a workflow by its name.
	linkCall = regexp.MustCompile(`^/v1/shared/([^/:]+):`)
	ownRun   = regexp.MustCompile(`^/v1/(workspaces/[^/]+/workflows/[^/:]+):run(Stream)?$`)
)

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if name, ok := artifactOf(r); ok {
		h.serveUpload(w, r, name)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), h.cfg.Timeout)
	defer cancel()
	if link := linkCall.FindStringSubmatch(r.URL.Path); link != nil {
		if err := h.cfg.Gate.CheckOrigin(ctx, r, link[1]); err != nil {
			reply.Error(w, err)
			return
		}
	}
	if err := h.checkSignIn(r); err != nil {
		reply.Error(w, err)
		return
	}
	ctx, sent, err := h.receive(ctx, w, r)
	if err != nil {
		reply.Error(w, err)
		return
	}
	defer sent.Release()
	r = r.WithContext(ctx)
	// grpc-gateway forwards this header whatever the matcher says. A key must not go
	// further than here.
	r.Header.Del("Authorization")
	r.Header.Del("Cookie")
	// The body is JSON by now. By default curl calls it a form, and the generated code
	// would then read it as parameters.
	r.Header.Set("Content-Type", "application/json")
	r.Body = strict.NewBody(sent.Bytes)
	if strings.HasSuffix(r.URL.Path, ":runStream") || strings.HasSuffix(r.URL.Path, ":watch") {
		w, r = withStream(w, r)
	}
	if isCatalogue(r) {
		serveCatalogue(w, r, h.mux)
		return
	}
	h.mux.ServeHTTP(w, r)
}

// signsIn maps the calls that return the token of a session to where a page does the same.
var signsIn = map[string]string{
	"/v1/sessions": "/app/sign-in", "/v1/invitations:accept": "/app/join", "/v1/workspaces:signUp": "/app/sign-up",
}

// checkSignIn keeps the tokens of sessions from pages, whose scripts must not hold one: a page signs in below /app,
// which gives the browser a cookie. Every browser names a page's site in one of the two headers.
func (h *Handler) checkSignIn(r *http.Request) error {
	page, ok := signsIn[r.URL.Path]
	if !ok || r.Method != http.MethodPost {
		return nil
	}
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
		return errs.PermissionDenied("in a browser, sign in with POST %s, which keeps the session out of reach of scripts", page).WithReason(errorsv1.Reason_REASON_ORIGIN_REFUSED)
	}
	return h.cfg.Callers.CheckPrivate(r)
}

// receive authenticates the caller and reads the body. It authenticates first, because
// the body is charged to the caller's share of memory. It authenticates again after a
// slow body, because an assertion lives for seconds.
func (h *Handler) receive(ctx context.Context, w http.ResponseWriter, r *http.Request) (context.Context, *intake.Body, error) {
	proof, err := h.cfg.Callers.Proof(r)
	if err != nil {
		return nil, nil, err
	}
	begin, visitor := time.Now(), h.cfg.Callers.Visitor(r)
	as, err := h.cfg.Callers.As(ctx, proof, visitor)
	if err != nil {
		return nil, nil, err
	}
	if proof.Stale(as) {
		auth.ClearCookie(w)
	}
	sent, err := h.reader(r).Read(w, r, h.sender(as, caller.From(as), r.URL.Path))
	if err != nil {
		return nil, nil, err
	}
	if time.Since(begin) > time.Second {
		if as, err = h.cfg.Callers.As(ctx, proof, visitor); err != nil {
			sent.Release()
			return nil, nil, err
		}
	}
	if err := h.translate(as, fair.ClientOf(caller.From(as)), r, sent); err != nil {
		sent.Release()
		return nil, nil, err
	}
	return as, sent, nil
}

// sender charges the caller for the body. It admits a long body only if
// the path leads somewhere.
func (h *Handler) sender(ctx context.Context, principal caller.Principal, path string) intake.Sender {
	client := fair.ClientOf(principal)
	return intake.Sender{Client: client, Admit: func(context.Context, []byte) (fair.Client, error) {
		if link := linkCall.FindStringSubmatch(path); link != nil {
			return client, h.cfg.Gate.Link(ctx, link[1])
		}
		if principal.Kind == caller.Guest {
			return client, errs.Unauthenticated("a body of more than %d KiB needs a key or a link: send Authorization: Bearer <key>", intake.HeadBytes>>10)
		}
		if workflow := ownRun.FindStringSubmatch(path); workflow != nil {
			return client, h.cfg.Gate.Workflow(ctx, principal, workflow[1])
		}
		return client, nil
	}}
}
