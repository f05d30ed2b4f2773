package runner_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/runner"
)

// looking is a definition with a step that sends pictures to a provider.
func looking(t *testing.T, provider string) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowImage", "name": "image"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": provider, "model_name": "m",
			"prompt": "what is in {{ $parameters.image }}?", "prompt_parameters": map[string]any{"image": "$inputs.image"},
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"}},
	})
}

// A run that fails on its picture has used nothing, both when the picture cannot be read and
// when it cannot be decoded. A run that has downloaded a picture, or has done work, has used
// something.
func TestARunThatFailsOnItsPictureHasUsedNothing(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	provider := testkit.Provider(t)
	w.sharing.definition = looking(t, provider.URL)
	picture := pngOf(t, 60, 40)
	text := base64.StdEncoding.EncodeToString
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte("no picture")) }))
	t.Cleanup(server.Close)
	for i, tc := range []struct {
		name   string
		image  any
		unused bool
	}{
		{"garbage", text([]byte("no picture")), true},
		{"a path", "/etc/passwd", true},
		{"cut off", text(picture[:len(picture)-20]), true},
		{"a list of such that is cut off", []any{text(picture[:len(picture)-20]), text(picture[:len(picture)-20])}, true},
		{"fetched", server.URL, false},
		{"good", text(picture), false},
	} {
		_, err := w.shared(t, map[string]any{"image": tc.image})
		if failed := err != nil; failed != (tc.name != "good") {
			t.Errorf("%s: %v", tc.name, err)
		}
		ends := w.sharing.bookings(t, i+1)
		if end := ends[len(ends)-1]; end.GetUnused() != tc.unused || len(end.GetItems()) > 0 {
			t.Errorf("%s: unused %v, want %v, with %v (%v)", tc.name, end.GetUnused(), tc.unused, end.GetItems(), err)
		}
	}
}

// All elements of the lists are counted before sharing decides whether the run may start.
func TestElementsOfListsAreTold(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = looking(t, "http://127.0.0.1:1")
	_, _ = w.shared(t, map[string]any{
		"image": []any{[]any{"a", "b", []any{}}, "c", []any{[]any{"d"}, nil}}, "one": "x", "none": []any{}, "object": map[string]any{"type": "base64"},
	})
	asked := w.sharing.asked[0].GetElements()
	if len(asked) != 2 || asked["image"] != 5 || asked["none"] != 0 {
		t.Errorf("told %v, want 5 of image and 0 of none", asked)
	}
}
