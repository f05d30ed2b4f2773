package runner_test

import (
	"encoding/base64"
	"image"
	"image/color"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
)

const ocrVersion = "workspaces/demo/models/ocr/versions/1"

// reading is a definition with a step that reads text with a private model.
func reading(t *testing.T) []byte {
	t.Helper()
	return mustJSON(t, map[string]any{
		"version": "1.0",
		"inputs":  []any{map[string]any{"type": "WorkflowImage", "name": "image"}},
		"steps": []any{map[string]any{
			"type": "roboflow_core/pp_ocr@v1", "name": "ocr", "images": "$inputs.image", "model_id": "ocr/1",
		}},
		"outputs": []any{map[string]any{"type": "JsonField", "name": "text", "selector": "$steps.ocr.result"}},
	})
}

// written is a picture of a word.
func written(t *testing.T, word string) string {
	t.Helper()
	fonts, err := imaging.NewFonts("")
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewRGBA(image.Rect(0, 0, 320, 96))
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	fonts.Draw(page, word, 40, 60, color.RGBA{20, 20, 40, 255}, imaging.Style{Scale: 1, Thickness: 1})
	encoded, err := imaging.NewCodec(imaging.Limits{}).EncodeJPEG(t.Context(), page, 95)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(encoded)
}

// A real model, from the registry with the run's grant, in a real worker.
func TestAModelRunsUnderTheGrant(t *testing.T) {
	t.Parallel()
	w := newHarnessWith(t, runner.Config{}, workertest.Pool(t), nil)
	artifact, err := os.ReadFile(workertest.Fetched(t, "bin/models/pp-ocr.zip"))
	if err != nil {
		t.Fatal(err)
	}
	w.registry.artifacts[ocrVersion] = artifact
	w.sharing.definition = reading(t)
	w.sharing.answer.Models = []*sharinginternalv1.RunModel{{ModelId: "ocr/1", Version: ocrVersion}}
	for run, pictures := range [][]any{{written(t, "KEYHOLE")}, {written(t, "KEYHOLE"), written(t, "SHARED")}} {
		got, err := w.shared(t, map[string]any{"image": pictures})
		if err != nil {
			t.Fatal(err)
		}
		if text := output(t, got, "text"); !strings.Contains(text, "KEYHOLE") {
			t.Errorf("it read %q", text)
		}
		want := []*sharingv1.LineItem{{Step: "ocr", Attempt: 1, Kind: "model", Resource: ocrVersion, Quantity: int64(len(pictures))}}
		if diff := cmp.Diff(want, w.sharing.bookings(t, run+1)[run].GetItems(), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	}
	if w.registry.described != 2 || w.registry.fetched != 1 {
		t.Errorf("described %d times, fetched %d times: each run asks, the file comes once", w.registry.described, w.registry.fetched)
	}
}

func TestAModelThatTheRunMayNotUse(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = reading(t)
	_, err := w.shared(t, map[string]any{"image": written(t, "KEYHOLE")})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_NOT_FOUND || errs.From(err).Metadata()["step"] != "ocr" {
		t.Errorf("without a right: %v", err)
	}
	w.sharing.set(func(p *sharingPeer) {
		p.answer.Models = []*sharinginternalv1.RunModel{{ModelId: "ocr/1", Version: ocrVersion}}
	})
	_, err = w.shared(t, map[string]any{"image": written(t, "KEYHOLE")})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_MODEL_NOT_FOUND || w.registry.described == 0 {
		t.Errorf("refused by the registry: %v", err)
	}
	w.sharing.bookings(t, 2)
}

// The runner sends sharing the values that decide a model when sharing asks, and no other
// values.
func TestSharingIsToldWhatDecidesAModel(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	w.sharing.modelInputs = []string{"who"}
	if _, err := w.shared(t, map[string]any{"who": "cats/1", "other": "mine alone"}); err != nil {
		t.Fatal(err)
	}
	if len(w.sharing.asked) != 2 || w.sharing.asked[0].GetRun() != w.sharing.asked[1].GetRun() {
		t.Fatalf("asked %v", w.sharing.asked)
	}
	if diff := cmp.Diff(map[string]string{"who": "cats/1"}, w.sharing.asked[1].GetModelInputs()); diff != "" || len(w.sharing.asked[0].GetModelInputs()) != 0 {
		t.Error(diff)
	}
	// Without such a value there is one request.
	if _, err := w.shared(t, map[string]any{"other": "mine alone"}); errs.ReasonOf(err) == errorsv1.Reason_REASON_INPUT_INVALID || len(w.sharing.asked) != 3 {
		t.Errorf("asked %v: %v", w.sharing.asked, err)
	}
	for name, value := range map[string]any{
		"a list": []any{"cats/1", "dogs/1"}, "a number": 7, "an object": map[string]any{"id": "cats/1"}, "too long": strings.Repeat("a", 257),
	} {
		before := len(w.sharing.asked)
		_, err := w.shared(t, map[string]any{"who": value})
		e := errs.From(err)
		if e.Reason() != errorsv1.Reason_REASON_INPUT_INVALID || len(e.Violations()) != 1 || e.Violations()[0].GetField() != "inputs.who" {
			t.Errorf("%s: %v", name, err)
		}
		if len(w.sharing.asked) != before+1 {
			t.Errorf("%s: it was sent on", name)
		}
	}
}

// A sharing that keeps asking for values cannot hold a run.
func TestSharingDoesNotAskForEver(t *testing.T) {
	t.Parallel()
	w := newHarness(t, runner.Config{})
	w.sharing.definition = plain(t)
	w.sharing.modelInputs = []string{"who", "gone"}
	w.sharing.endless = true
	_, err := w.shared(t, map[string]any{"who": "cats/1", "gone": "dogs/1"})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_CONFLICT || len(w.sharing.asked) != 3 || len(w.sharing.finished) != 0 {
		t.Errorf("asked %d times: %v", len(w.sharing.asked), err)
	}
}
