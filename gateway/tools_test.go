package gateway

import (
	"encoding/json"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// toolsGateway has the links "live", which may be framed, "plain", which may not, and "seen", which
// nobody may run. Their texts are markup.
func toolsGateway(t *testing.T) http.Handler {
	t.Helper()
	view := func(frames ...string) *sharingv1.SharedWorkflow {
		return &sharingv1.SharedWorkflow{
			Title: markup, Description: markup, Owner: markup, FrameOrigins: frames, RunAllowed: true,
			Interface: &sharingv1.Interface{
				Inputs: []*sharingv1.Input{
					{Name: "image", Type: "WorkflowImage", Kinds: []string{"image"}, Required: true},
					{Name: "min", Kinds: []string{"float_zero_to_one"}, DefaultValue: []byte("0.5"), Label: markup},
					{Name: "key", Type: "Credential", Credential: true, Destination: "https://api.example"},
				},
				Outputs: []*sharingv1.Output{{Name: "text", Kinds: []string{"string"}}, {Name: "crop", Kinds: []string{"image"}}},
			},
		}
	}
	seen := view()
	seen.RunAllowed = false
	conn, _ := linkedTo(t, map[string]*sharingv1.SharedWorkflow{"live": view("https://blog.example"), "plain": view(), "seen": seen})
	g, err := New(t.Context(), Config{PublicURL: "https://keyhole.example"}, depsOf(conn))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func getJSON(t *testing.T, h http.Handler, target string) map[string]any {
	t.Helper()
	got := gatewaytest.Send(t, h, http.MethodGet, target, "")
	var out map[string]any
	if err := json.Unmarshal([]byte(got.Text), &out); err != nil || got.Status != http.StatusOK {
		t.Fatalf("%s: %s %v", target, got, err)
	}
	return out
}

// at reads a value below names, of which each is a member.
func at(v any, names ...string) any {
	for _, name := range names {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

func TestALinkHasAnOpenAPIDocument(t *testing.T) {
	t.Parallel()
	doc := getJSON(t, toolsGateway(t), "/s/live/openapi.json")
	if doc["openapi"] != "3.1.0" {
		t.Errorf("%v", doc["openapi"])
	}
	run := at(doc, "paths", "/v1/shared/live:run", "post")
	inputs := at(run, "requestBody", "content", "application/json", "schema", "properties", "inputs")
	for path, want := range map[string]any{"min/type": "number", "min/maximum": 1.0, "min/default": 0.5, "key/format": "password"} {
		if got := at(inputs, append([]string{"properties"}, strings.Split(path, "/")...)...); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if at(run, "requestBody", "content", "image/*") == nil || at(run, "requestBody", "content", "multipart/form-data") == nil {
		t.Error("forms and pictures are missing")
	}
	for _, name := range []string{"text", "crop"} {
		items := at(run, "responses", "200", "content", "application/json", "schema", "properties", "outputs", "items", "properties", name)
		if items == nil {
			t.Errorf("the output %s is missing", name)
		}
	}
}

// A link that visitors may not run describes no run.
func TestALinkToLookAtOffersNoRun(t *testing.T) {
	t.Parallel()
	doc := getJSON(t, toolsGateway(t), "/s/seen/openapi.json")
	if paths, ok := doc["paths"].(map[string]any); !ok || len(paths) != 0 {
		t.Errorf("the paths are %v", doc["paths"])
	}
}

func TestALinkHasAQRCode(t *testing.T) {
	t.Parallel()
	g := toolsGateway(t)
	svg := gatewaytest.Send(t, g, http.MethodGet, "/s/live/qr.svg", "")
	if svg.Status != http.StatusOK || !strings.HasPrefix(svg.Text, "<svg ") || strings.Contains(svg.Text, "script") {
		t.Errorf("%s", svg)
	}
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/s/live/qr.png", nil))
	code, err := png.Decode(w.Body)
	if err != nil || code.Bounds().Dx() < 200 || w.Header().Get("Content-Type") != "image/png" {
		t.Errorf("%v", err)
	}
}

func TestALinkIsDescribedForSites(t *testing.T) {
	t.Parallel()
	g := toolsGateway(t)
	of := func(link string) string { return "/oembed?url=" + url.QueryEscape("https://keyhole.example/s/"+link) }
	live := getJSON(t, g, of("live")+"&maxwidth=300&format=json")
	frame, _ := live["html"].(string)
	if live["type"] != "rich" || live["width"] != 300.0 || !strings.HasPrefix(frame, `<iframe src="https://keyhole.example/embed/live" width="300"`) {
		t.Errorf("%v", live)
	}
	if plain := getJSON(t, g, of("plain")); plain["type"] != "link" || plain["html"] != nil {
		t.Errorf("a link that may not be framed: %v", plain)
	}
	page := gatewaytest.Send(t, g, http.MethodGet, "/s/live", "")
	if !strings.Contains(page.Text, `type="application/json+oembed" href="https://keyhole.example/oembed?url=https%3A%2F%2Fkeyhole.example%2Fs%2Flive"`) {
		t.Error("the page does not lead to its description")
	}
}

// The descriptions of a link are gone with it, name no other site, and hold no markup that works.
func TestAttackDescriptionsOfLinks(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "L3", "descriptions of links that are gone or elsewhere, with markup in their texts")
	g := toolsGateway(t)
	for _, path := range []string{
		"/s/dead/openapi.json", "/s/dead/qr.svg", "/s/dead/qr.png", "/oembed?url=https://keyhole.example/s/dead",
		"/oembed", "/oembed?url=https://evil.example/s/live", "/oembed?url=https://keyhole.example.evil.example/s/live",
		"/oembed?url=https://keyhole.example/s/live/../../embed/live", "/oembed?url=https://keyhole.example/s/live%22%3E",
	} {
		got := gatewaytest.Send(t, g, http.MethodGet, path, "")
		a.Attempt(got.Status == http.StatusNotFound && !strings.Contains(got.Text, "image"), "%s: %s", path, got)
	}
	got := gatewaytest.Send(t, g, http.MethodGet, "/oembed?format=xml&url=https://keyhole.example/s/live", "")
	a.Attempt(got.Status == http.StatusNotImplemented, "xml: %s", got)
	frame, _ := getJSON(t, g, "/oembed?url=https://keyhole.example/s/live")["html"].(string)
	a.Attempt(!strings.Contains(frame, "<script") && !strings.Contains(frame, "<img") && strings.Count(frame, "<") == 2, "%s", frame)
	for _, path := range []string{"/s/live/openapi.json", "/oembed?url=https://keyhole.example/s/live"} {
		got := gatewaytest.Send(t, g, http.MethodGet, path, "")
		a.Attempt(!strings.Contains(got.Text, "<script"), "%s holds markup", path)
	}
}
