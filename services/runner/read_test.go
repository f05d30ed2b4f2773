package runner_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewRGBA(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// passing is a definition that returns its pictures.
func passing(t *testing.T) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs": []any{
			map[string]any{"type": "WorkflowImage", "name": "image"},
			map[string]any{"type": "WorkflowImage", "name": "other"},
		},
		"steps":   []any{},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "image", "selector": "$inputs.image"}},
	})
}

func TestPicturesComeAsTextOrByURL(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = passing(t)
	picture := pngOf(t, 3, 2)
	text := base64.StdEncoding.EncodeToString(picture)
	var fetched atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		_, _ = rw.Write(picture)
	}))
	t.Cleanup(server.Close)
	for name, given := range map[string]any{
		"text":     text,
		"data URI": "data:image/png;base64," + text,
		"object":   map[string]any{"type": "base64", "value": text},
		"URL":      map[string]any{"type": "url", "value": server.URL + "/a.png"},
		"batch":    []any{server.URL + "/a.png", text},
	} {
		got, err := w.shared(t, map[string]any{"image": given, "other": text})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, out := range outputs(t, got) {
			if back := out["image"].(map[string]any)["value"]; back != text {
				t.Errorf("%s: came back changed", name)
			}
		}
	}
	if fetched.Load() != 2 {
		t.Errorf("%d fetches", fetched.Load())
	}
	for _, head := range w.vault.heads {
		if head.GetGrant() == "" || len(head.GetHandles()) > 0 || !head.GetFollowRedirects() || head.GetMaxResponseBytes() <= 0 {
			t.Errorf("fetched by %v", head)
		}
	}
}

func TestAllThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{Pictures: imaging.Limits{Pixels: 1000}})
	w.sharing.definition = passing(t)
	good := base64.StdEncoding.EncodeToString(pngOf(t, 3, 2))
	large := base64.StdEncoding.EncodeToString(pngOf(t, 100, 100))
	none := "http://" + unreachable(t) + "/a.png"
	missing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(missing.Close)
	for name, tc := range map[string]struct {
		in     map[string]any
		reason errorsv1.Reason
		fields []string
	}{
		"missing":     {nil, errorsv1.Reason_REASON_INPUT_MISSING, []string{"inputs.image", "inputs.other"}},
		"null":        {map[string]any{"image": good, "other": nil}, errorsv1.Reason_REASON_INPUT_MISSING, []string{"inputs.other"}},
		"not a text":  {map[string]any{"image": 7, "other": good}, errorsv1.Reason_REASON_INPUT_INVALID, []string{"inputs.image"}},
		"a path":      {map[string]any{"image": "/etc/passwd", "other": good}, errorsv1.Reason_REASON_IMAGE_INVALID, []string{"inputs.image"}},
		"no picture":  {map[string]any{"image": "aGVsbG8=", "other": good}, errorsv1.Reason_REASON_IMAGE_INVALID, []string{"inputs.image"}},
		"too large":   {map[string]any{"image": large, "other": good}, errorsv1.Reason_REASON_IMAGE_TOO_LARGE, []string{"inputs.image"}},
		"both":        {map[string]any{"image": []any{good, large}, "other": []any{"aGVsbG8=", 3}}, errorsv1.Reason_REASON_INPUT_INVALID, []string{"inputs.image[1]", "inputs.other[0]", "inputs.other[1]"}},
		"no server":   {map[string]any{"image": none, "other": good}, errorsv1.Reason_REASON_PROVIDER_FAILED, []string{"inputs.image"}},
		"a missing":   {map[string]any{"image": missing.URL, "other": good}, errorsv1.Reason_REASON_INPUT_INVALID, []string{"inputs.image"}},
		"batch sizes": {map[string]any{"image": []any{good, good}, "other": []any{good, good, good}}, errorsv1.Reason_REASON_INPUT_INVALID, []string{"inputs.other"}},
	} {
		_, err := w.shared(t, tc.in)
		e := errs.From(err)
		if e.Code() != codes.InvalidArgument || e.Reason() != tc.reason || e.Metadata()["errorType"] != "RuntimeInputError" {
			t.Errorf("%s: %v %v %v", name, e.Code(), e.Reason(), err)
		}
		var fields []string
		for _, v := range e.Violations() {
			fields = append(fields, v.GetField())
		}
		if !sameSet(fields, tc.fields) {
			t.Errorf("%s: named %q, want %q", name, fields, tc.fields)
		}
	}
}

func sameSet(a, b []string) bool {
	counts := map[string]int{}
	for _, s := range a {
		counts[s]++
	}
	for _, s := range b {
		counts[s]--
	}
	for _, n := range counts {
		if n != 0 {
			return false
		}
	}
	return true
}

func TestSizesAreBounded(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{InputBytes: 1000, ResultBytes: 400, Elements: 3})
	w.sharing.definition = plain(t)
	_, err := w.shared(t, map[string]any{"who": strings.Repeat("x", 1000)})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_REQUEST_TOO_LARGE || len(w.sharing.asked) != 0 {
		t.Errorf("large inputs: %v", err)
	}
	_, err = w.shared(t, map[string]any{"who": strings.Repeat("x", 500)})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_RESULT_TOO_LARGE {
		t.Errorf("large outputs: %v", err)
	}
	w.sharing.definition = passing(t)
	_, err = w.shared(t, map[string]any{"image": []any{"a", "b", "c", "d"}, "other": "a"})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_INPUT_INVALID || !strings.Contains(err.Error(), "3 elements") && len(errs.From(err).Violations()) == 0 {
		t.Errorf("many elements: %v", err)
	}
}

func TestFetchesOfARunAreBoundedTogether(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{Pictures: imaging.Limits{Bytes: 1000}, FetchBytes: 1})
	w.sharing.definition = passing(t)
	picture := pngOf(t, 3, 2)
	var fetched atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		_, _ = rw.Write(append(bytes.Clone(picture), make([]byte, 900)...))
	}))
	t.Cleanup(server.Close)
	many := make([]any, 50)
	for i := range many {
		many[i] = server.URL
	}
	_, err := w.shared(t, map[string]any{"image": many, "other": base64.StdEncoding.EncodeToString(picture)})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_IMAGE_TOO_LARGE {
		t.Errorf("got %v", err)
	}
	if fetched.Load() > 5 {
		t.Errorf("%d pictures were fetched for a limit of one byte", fetched.Load())
	}
}

// A picture that is cut off during its download is too large, like one that the caller
// sends.
func TestAPictureByURLIsTooLarge(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{Pictures: imaging.Limits{Bytes: 1000}})
	w.sharing.definition = passing(t)
	picture := pngOf(t, 3, 2)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write(append(bytes.Clone(picture), make([]byte, 1000)...))
	}))
	t.Cleanup(server.Close)
	_, err := w.shared(t, map[string]any{"image": server.URL, "other": base64.StdEncoding.EncodeToString(picture)})
	e := errs.From(err)
	if e.Reason() != errorsv1.Reason_REASON_IMAGE_TOO_LARGE || e.Code() != codes.InvalidArgument || len(e.Violations()) != 1 || e.Violations()[0].GetField() != "inputs.image" {
		t.Errorf("got %v, %v", err, e.Violations())
	}
}

// A few kilobytes of a picture can be gigabytes of pixels, which a run keeps. The pixels of
// all runs together are bounded.
func TestThePixelsOfRunsAreBounded(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{PictureBytes: 3 << 20}) // three eighths for one run
	w.sharing.definition = passing(t)
	fits := base64.StdEncoding.EncodeToString(pngOf(t, 300, 300))
	for range 3 { // a run returns what it held
		if _, err := w.shared(t, map[string]any{"image": fits, "other": fits}); err != nil {
			t.Fatalf("two pictures that fit: %v", err)
		}
	}
	_, err := w.shared(t, map[string]any{"image": []any{fits, fits, fits}, "other": fits})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_IMAGE_TOO_LARGE {
		t.Errorf("four pictures: %v", err)
	}
}

func TestFetchesOfARunAreFew(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{Fetches: 3})
	w.sharing.definition = passing(t)
	var fetched atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		fetched.Add(1)
		rw.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(server.Close)
	urls := make([]any, 50)
	for i := range urls {
		urls[i] = server.URL + "/a.png"
	}
	_, err := w.shared(t, map[string]any{"image": urls, "other": urls})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_INPUT_INVALID || fetched.Load() != 3 {
		t.Errorf("%d fetches, then %v", fetched.Load(), err)
	}
}
