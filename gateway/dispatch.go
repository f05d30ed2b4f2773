package gateway

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/gateway/auth"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/reply"
	"github.com/keyhole-dev/keyhole/gateway/strict"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/proto/gen/openapi"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// dispatch chooses by the first path segment. One function, because Roboflow's
// patterns (`/{ws}/workflows/{wf}`) clash with everything else in one ServeMux.
// What it uses as a first segment is reserved as a workspace id.
func (g *Gateway) dispatch(w http.ResponseWriter, r *http.Request) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch first {
	case "v1":
		g.serveV1(w, r)
	case "healthz":
		reply.JSON(w, http.StatusOK, []byte(`{"status":"ok"}`))
	case "readyz":
		g.serveReady(w, r)
	case "openapi.json":
		w.Header().Set("Cache-Control", "public, max-age=300")
		reply.JSON(w, http.StatusOK, openapi.Document)
	case "s":
		g.serveShare(w, r, rest)
	case "embed":
		g.serveEmbed(w, r, rest)
	case "assets":
		g.serveAsset(w, r, rest)
	case "infer", "workflows":
		g.serveRoboflow(w, r, first, rest)
	default:
		if strings.HasPrefix(rest, "workflows/") || strings.HasPrefix(rest, "/workflows/") {
			g.serveRoboflow(w, r, first, rest)
			return
		}
		reply.Error(w, reply.NoSuchPath(r))
	}
}

// serveV1 is the contract of design.md §5.
func (g *Gateway) serveV1(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if name, ok := artifactOf(r); ok {
		g.serveUpload(w, r, name)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), g.cfg.Timeout)
	defer cancel()
	if link := sharedPath.FindStringSubmatch(r.URL.Path); link != nil {
		if err := g.checkOrigin(ctx, r, link[1]); err != nil {
			reply.Error(w, err)
			return
		}
	}
	ctx, sent, err := g.receive(ctx, w, r)
	if err != nil {
		reply.Error(w, err)
		return
	}
	defer sent.Release()
	r = r.WithContext(ctx)
	// grpc-gateway passes this one on whatever the matcher says, and a key goes no
	// further than here.
	r.Header.Del("Authorization")
	// The body is JSON whatever it is called: the generated code would read what curl
	// calls a form by default as parameters.
	r.Header.Set("Content-Type", "application/json")
	r.Body = strict.NewBody(sent.Bytes)
	if strings.HasSuffix(r.URL.Path, ":runStream") {
		w, r = withStream(w, r)
	}
	g.api.ServeHTTP(w, r)
}

// receive finds out who calls, and reads the body. Who calls is asked first, because
// a body is read within the caller's share of memory; and again after a body that took
// its time, because an assertion lives for seconds.
func (g *Gateway) receive(ctx context.Context, w http.ResponseWriter, r *http.Request) (context.Context, *intake.Body, error) {
	key, err := auth.Bearer(r)
	if err != nil {
		return nil, nil, err
	}
	begin, visitor := time.Now(), g.auth.Visitor(r)
	as, err := g.auth.As(ctx, key, visitor)
	if err != nil {
		return nil, nil, err
	}
	sent, err := g.bodies.Read(w, r, g.senderOf(as, r))
	if err != nil {
		return nil, nil, err
	}
	if time.Since(begin) > time.Second {
		if as, err = g.auth.As(ctx, key, visitor); err != nil {
			sent.Release()
			return nil, nil, err
		}
	}
	return as, sent, nil
}

func (g *Gateway) serveReady(w http.ResponseWriter, r *http.Request) {
	if g.ready != nil {
		if err := g.ready(r.Context()); err != nil {
			reply.Error(w, errs.Unavailable(errorsv1.Reason_REASON_UNAVAILABLE, "not ready: a service behind the gateway cannot be reached").Because(err))
			return
		}
	}
	reply.JSON(w, http.StatusOK, []byte(`{"status":"ready"}`))
}

// route is the path with everything that a caller chose left out: it may stand
// in logs, spans and metrics.
func route(path string) string {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch first {
	case "v1":
		return "/v1/" + collection(rest)
	case "healthz", "readyz", "openapi.json":
		return "/" + first
	case "s", "embed", "assets", "infer", "workflows":
		return "/" + first + "/..."
	default:
		return "/{workspace}/workflows/{workflow}"
	}
}

// collection keeps the fixed words of a resource path: every second segment,
// and the verb.
func collection(rest string) string {
	rest, verb, _ := strings.Cut(rest, ":")
	parts := strings.Split(rest, "/")
	for i := range parts {
		if i%2 == 1 {
			parts[i] = "{}"
		}
		if i%2 == 0 && !knownWord[parts[i]] {
			return "{}"
		}
	}
	if knownWord[verb] {
		return strings.Join(parts, "/") + ":" + verb
	}
	return strings.Join(parts, "/")
}

// knownWord are the words of the contract's paths: nothing else is quoted.
var knownWord = map[string]bool{
	"workspaces": true, "keys": true, "workflows": true, "versions": true, "shares": true, "shared": true, "credentials": true,
	"models": true, "artifact": true, "runs": true, "usage": true, "audit": true, "whoami": true, "run": true, "runStream": true,
	"fork": true, "inspect": true, "undelete": true, "restore": true, "pause": true, "resume": true, "rotate": true,
}
