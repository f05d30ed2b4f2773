package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	"github.com/keyhole-dev/keyhole/gateway/preview"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const markup = `</title><script>alert(1)</script>"'<img src=x>`

// links implements the part of sharing that pages use.
type links struct {
	sharingv1.UnimplementedSharingServiceServer
	views map[string]*sharingv1.SharedWorkflow
}

func (l *links) GetSharedWorkflow(_ context.Context, r *sharingv1.GetSharedWorkflowRequest) (*sharingv1.SharedWorkflow, error) {
	if v := l.views[r.GetToken()]; v != nil {
		return v, nil
	}
	return nil, errs.Status(errs.NotFound("link not found or revoked")).Err()
}

// depsOf returns the dependencies of a gateway, all over one connection.
func depsOf(conn *grpc.ClientConn) Deps {
	return Deps{
		Sharing: conn, Vault: conn, Registry: conn, Runner: conn, VaultInternal: conn, RunnerInternal: conn,
		Logger: slog.New(slog.DiscardHandler),
	}
}

// newPages returns a gateway whose sharing knows these links, with or without the built
// app.
func newPages(t *testing.T, app fstest.MapFS, views map[string]*sharingv1.SharedWorkflow) *Gateway {
	t.Helper()
	conn := gatewaytest.Dial(t, func(s *grpc.Server) { sharingv1.RegisterSharingServiceServer(s, &links{views: views}) })
	var cfg Config
	cfg.setDefaults()
	bodies := &intake.Reader{Memory: intake.NewMemory(cfg.Bodies), Max: cfg.MaxBody, Pace: intake.UsualPace}
	g, err := build(t.Context(), cfg, depsOf(conn), bodies, app)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func placeholder() fstest.MapFS {
	return fstest.MapFS{"dist/placeholder.html": {Data: []byte("<html><head><!--keyhole:head--></head>run make web</html>")}}
}

func builtApp() fstest.MapFS {
	dist := placeholder()
	dist["dist/app/index.html"] = &fstest.MapFile{Data: []byte("<html><head><!--keyhole:head--></head><!--keyhole:first-->app</html>")}
	dist["dist/app/console.html"] = &fstest.MapFile{Data: []byte("<html><head><!--keyhole:head--></head>console</html>")}
	dist["dist/app/assets/index-1.js"] = &fstest.MapFile{Data: []byte("plain")}
	dist["dist/app/assets/index-1.js.br"] = &fstest.MapFile{Data: []byte("brotli")}
	dist["dist/app/assets/index-1.js.gz"] = &fstest.MapFile{Data: []byte("gzip")}
	return dist
}

func get(g http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	return w
}

func aView() *sharingv1.SharedWorkflow {
	return &sharingv1.SharedWorkflow{
		Title: markup, Description: markup, Owner: "ws", Version: 3, FrameOrigins: []string{"https://a.example", "https://b.example; script-src *"},
		Graph: &sharingv1.Graph{Width: 600, Height: 200, Nodes: []*sharingv1.GraphNode{
			{Id: "inputs.a", Label: markup, Category: "input", X: 10, Y: 10, Width: 200, Height: 64},
			{Id: "steps.b", Label: "b · Block", Category: "model", X: 300, Y: 60, Width: 200, Height: 64},
		}, Edges: []*sharingv1.GraphEdge{{Source: "inputs.a", Target: "steps.b"}, {Source: "nowhere", Target: "steps.b"}}},
	}
}

func TestPageEscapesWhatStrangersWrote(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), map[string]*sharingv1.SharedWorkflow{"tok": aView()})
	w := get(g, "/s/tok")
	body := w.Body.String()
	if w.Code != http.StatusOK || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
		t.Errorf("got %d: %s", w.Code, body)
	}
	if !strings.Contains(body, `<meta property="og:image" content="http://example.com/s/tok/preview.png">`) {
		t.Errorf("no preview in %s", body)
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers: %v", w.Header())
	}
	if second := get(g, "/s/tok").Header().Get("Content-Security-Policy"); second == policy {
		t.Error("two pages have the same nonce")
	}
}

func TestEmbedIsFramedByPlainOriginsAlone(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), map[string]*sharingv1.SharedWorkflow{"tok": aView()})
	if policy := get(g, "/embed/tok").Header().Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors https://a.example") {
		t.Errorf("got %q", policy)
	}
}

func TestUnknownLinkStillHasItsPage(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), nil)
	w := get(g, "/s/nope")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "app") || strings.Contains(w.Body.String(), "og:image") {
		t.Errorf("got %d: %s", w.Code, w.Body)
	}
	if w := get(g, "/s/nope/preview.png"); w.Code != http.StatusNotFound {
		t.Errorf("a link that does not work has a picture: %d", w.Code)
	}
	if w := get(g, "/s/%3Cscript%3E"); strings.Contains(w.Body.String(), "<script>") {
		t.Errorf("got %s", w.Body)
	}
}

func TestWithoutTheAppThePageSaysHowToGetIt(t *testing.T) {
	t.Parallel()
	g := newPages(t, placeholder(), map[string]*sharingv1.SharedWorkflow{"tok": aView()})
	w := get(g, "/s/tok")
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "make web") || strings.Contains(w.Body.String(), "preload") {
		t.Errorf("got %d: %s", w.Code, w.Body)
	}
	if w := get(g, "/assets/index-1.js"); w.Code != http.StatusNotFound {
		t.Errorf("got %d", w.Code)
	}
}

func TestAssetsAreImmutableAndCompressed(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), nil)
	for accepted, want := range map[string]string{"gzip, br": "brotli", "gzip": "gzip", "": "plain"} {
		w := get(g, "/assets/index-1.js", "Accept-Encoding", accepted)
		if w.Body.String() != want || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
			t.Errorf("%q: got %q, %v", accepted, w.Body, w.Header())
		}
	}
	for _, path := range []string{"/assets/", "/assets/../index.html", "/assets/index-1.js.br", "/assets/%2e%2e/index.html", "/assets/nope.js", "/assets/a/b.js"} {
		if w := get(g, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: got %d", path, w.Code)
		}
	}
}

func TestPreviewIsAPictureOfTheGraph(t *testing.T) {
	t.Parallel()
	views := map[string]*sharingv1.SharedWorkflow{"tok": aView(), "empty": {Title: "Empty"}, "odd": {Title: strings.Repeat("長い\u202e題", 400), Graph: &sharingv1.Graph{
		Width: 1e300, Height: 1e-300, Nodes: []*sharingv1.GraphNode{{Id: "steps.a", X: -1e300, Y: 1e300, Width: 1e300, Height: -5}},
	}}}
	g := newPages(t, builtApp(), views)
	for token := range views {
		w := get(g, "/s/"+token+"/preview.png")
		img, err := png.Decode(w.Body)
		if w.Code != http.StatusOK || err != nil {
			t.Fatalf("%s: %d, %v", token, w.Code, err)
		}
		if b := img.Bounds(); b.Dx() != preview.Width || b.Dy() != preview.Height {
			t.Errorf("%s: %v", token, b)
		}
		if again := get(g, "/s/"+token+"/preview.png", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s: asked again, got %d", token, again.Code)
		}
	}
}

func TestRoboflowStillPostsThroughLinks(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), nil)
	for _, path := range []string{"/s/tok/ws/workflows/wf", "/s/tok"} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("{}"))
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if strings.Contains(w.Header().Get("Content-Type"), "html") {
			t.Errorf("POST %s got a page", path)
		}
	}
	if w := get(g, "/s/tok/ws/workflows/wf"); strings.Contains(w.Header().Get("Content-Type"), "html") {
		t.Error("GET of a Roboflow path got a page")
	}
}

func TestConsoleIsOneDocumentWithoutNames(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), nil)
	for _, path := range []string{"/app", "/app/", "/app/sign-in", "/app/demo/workflows/read-text", "/app/%3Cscript%3Ealert(1)%3C/script%3E"} {
		w := get(g, path, "Cookie", "__Host-keyhole=kh_secret")
		policy, body := w.Header().Get("Content-Security-Policy"), w.Body.String()
		if w.Code != http.StatusOK || !strings.Contains(body, "console") || strings.Contains(body, "alert") || strings.Contains(body, "kh_secret") {
			t.Errorf("%s: got %d: %s", path, w.Code, body)
		}
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "require-trusted-types-for 'script'", "trusted-types 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %s", path, policy, want)
			}
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
	}
	if w := get(newPages(t, placeholder(), nil), "/app"); !strings.Contains(w.Body.String(), "make web") {
		t.Errorf("without the app: %s", w.Body)
	}
}

func TestRootIsAPageForBrowsersOnly(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), nil)
	browser := get(g, "/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	if browser.Code != http.StatusOK || !strings.Contains(browser.Body.String(), "console") || browser.Header().Get("Vary") != "Accept" {
		t.Errorf("a browser got %d: %s", browser.Code, browser.Body)
	}
	for _, accept := range []string{"", "*/*", "application/json"} {
		if w := get(g, "/", "Accept", accept); w.Code != http.StatusNotFound || strings.Contains(w.Header().Get("Content-Type"), "html") {
			t.Errorf("Accept %q got %d, %v", accept, w.Code, w.Header())
		}
	}
	for _, path := range []string{"//evil.example", "/nothing"} {
		if w := get(g, path, "Accept", "text/html"); strings.Contains(w.Body.String(), "console") {
			t.Errorf("%s got the console", path)
		}
	}
	if w := get(g, "/app/"); w.Header().Get("Location") != "" {
		t.Errorf("redirected: %v", w.Header())
	}
}

func TestSharePageKnowsTheConsole(t *testing.T) {
	t.Parallel()
	views := map[string]*sharingv1.SharedWorkflow{"tok": aView()}
	if body := get(newPages(t, builtApp(), views), "/s/tok").Body.String(); !strings.Contains(body, `<meta name="keyhole-console" content="/app">`) {
		t.Errorf("got %s", body)
	}
	if body := get(newPages(t, placeholder(), views), "/s/tok").Body.String(); strings.Contains(body, "keyhole-console") {
		t.Errorf("got %s", body)
	}
}

func TestPageShowsItsFirstScreenWithoutScript(t *testing.T) {
	t.Parallel()
	var raw bytes.Buffer
	if err := png.Encode(&raw, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	sample := func(value string) *sharingv1.SharedWorkflow {
		return &sharingv1.SharedWorkflow{
			Title: markup, Owner: markup, Description: markup, Presentation: &sharingv1.Presentation{Welcome: markup},
			Samples: []*sharingv1.Sample{{Input: "who", Value: []byte(`"world"`)}, {Input: "image", Value: []byte(value)}},
		}
	}
	inBase64 := base64.StdEncoding.EncodeToString(raw.Bytes())
	g := newPages(t, builtApp(), map[string]*sharingv1.SharedWorkflow{
		"tok":   sample(`{"type":"base64","value":"` + inBase64 + `"}`),
		"data":  sample(`{"type":"base64","value":"data:image/svg+xml;base64,` + inBase64 + `"}`),
		"evil":  sample(`{"type":"base64","value":"` + base64.StdEncoding.EncodeToString([]byte("<svg onload=alert(1)>")) + `"}`),
		"cut":   sample(`{"type":"base64","value":"` + inBase64[:60] + `"}`),
		"far":   sample(`{"type":"url","value":"https://a.example/base64"}`),
		"plain": aView(),
	})
	for _, token := range []string{"tok", "data"} {
		body := get(g, "/s/"+token).Body.String()
		if !strings.Contains(body, `<img src="/s/`+token+`/sample" alt="" width="30" height="20"`) || strings.Contains(body, "<script>") || strings.Contains(body, "<img src=x") {
			t.Errorf("%s: got %s", token, body)
		}
		w := get(g, "/s/"+token+"/sample")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" || !bytes.Equal(w.Body.Bytes(), raw.Bytes()) ||
			w.Header().Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" {
			t.Errorf("%s: got %d, %v", token, w.Code, w.Header())
		}
		if again := get(g, "/s/"+token+"/sample", "If-None-Match", w.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s: asked again, got %d", token, again.Code)
		}
	}
	for _, token := range []string{"evil", "far", "plain", "nope"} {
		if body := get(g, "/s/"+token).Body.String(); strings.Contains(body, "/sample") || strings.Contains(body, "a.example/base64") {
			t.Errorf("%s: got %s", token, body)
		}
		if w := get(g, "/s/"+token+"/sample"); w.Code != http.StatusNotFound || strings.HasPrefix(w.Header().Get("Content-Type"), "image") {
			t.Errorf("%s: got %d, %v", token, w.Code, w.Header())
		}
	}
	if w := get(g, "/s/cut/sample"); strings.Contains(w.Header().Get("Content-Type"), "html") {
		t.Errorf("a picture that is cut: %d, %v", w.Code, w.Header())
	}
	if body := get(g, "/embed/tok").Body.String(); strings.Contains(body, `id="first"`) {
		t.Errorf("a frame got %s", body)
	}
}

func TestViewsOfLinksAreCompressed(t *testing.T) {
	t.Parallel()
	g := newPages(t, builtApp(), map[string]*sharingv1.SharedWorkflow{"tok": aView()})
	if w := get(g, "/v1/shared/tok", "Accept-Encoding", "gzip"); w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("got %d, %v", w.Code, w.Header())
	}
	if w := get(g, "/v1/shared/tok"); w.Code != http.StatusOK || w.Header().Get("Content-Encoding") != "" {
		t.Errorf("got %d, %v", w.Code, w.Header())
	}
	if w := get(g, "/v1/whoami", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" {
		t.Errorf("an answer with names is compressed: %v", w.Header())
	}
}
