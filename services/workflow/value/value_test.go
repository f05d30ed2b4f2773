package value_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// codec is the standard library's JPEG, and counts the decoded pictures.
type codec struct{ decoded *int }

func (codec) Size(encoded []byte) (width, height int, err error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(encoded))
	return config.Width, config.Height, err
}

func (c codec) Decode(_ context.Context, encoded []byte) (image.Image, error) {
	if c.decoded != nil {
		*c.decoded++
	}
	return jpeg.Decode(bytes.NewReader(encoded))
}

func (codec) Publish(encoded []byte) []byte { return encoded }

func (codec) EncodeJPEG(_ context.Context, pixels image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, pixels, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

func encoded(t *testing.T, width, height int) []byte {
	t.Helper()
	canvas := image.NewRGBA(image.Rect(0, 0, width, height))
	canvas.SetRGBA(1, 1, color.RGBA{R: 200, A: 255})
	out, err := codec{}.EncodeJPEG(t.Context(), canvas, 90)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Numbers keep whether they were whole, and texts of numbers follow Python.
func TestTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[1, 1.0, -0.0, 1e16, 1e-5, 0.1, 123456789012345680.0]`: "[1, 1.0, -0.0, 1e+16, 1e-05, 0.1, 1.2345678901234568e+17]",
		`{"b": null, "a": [true, "it's", "\"", "a\n\u0001é"]}`:  `{'a': [True, "it's", '"', 'a\n\x01é'], 'b': None}`,
		`99999999999999999999`: "99999999999999999999",
		`"plain"`:              "plain",
	} {
		v, err := value.Decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := value.Text(v); got != want {
			t.Errorf("%s reads %s, want %s", text, got, want)
		}
	}
	if _, err := value.Decode([]byte(`1 2`)); err == nil {
		t.Error("text after a value was read over")
	}
}

func TestUntouchedPictureIsReturnedAsItCame(t *testing.T) {
	t.Parallel()
	decoded := 0
	reader := value.Reader{Codec: codec{&decoded}}
	text := base64.StdEncoding.EncodeToString(encoded(t, 20, 10))
	read, err := reader.Read(t.Context(), map[string]any{"type": "base64", "value": "data:image/jpeg;base64," + text}, []string{"image"}, "photo")
	if err != nil {
		t.Fatal(err)
	}
	picture := read.(*value.Image)
	if picture.Width() != 20 || picture.Height() != 10 || picture.ID() != "photo" {
		t.Errorf("got %dx%d %q", picture.Width(), picture.Height(), picture.ID())
	}
	at := time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)
	out, err := value.Serializer{Codec: codec{&decoded}, Now: func() time.Time { return at }}.Serialize(t.Context(), picture, []string{"image"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"type": "base64", "value": text, "video_metadata": picture.VideoOr(value.WithoutZone(at)).Object()}, out); diff != "" {
		t.Error(diff)
	}
	if decoded != 0 {
		t.Error("a picture that only passed through was decoded")
	}
	for range 3 {
		if _, err := picture.Pixels(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if decoded != 1 {
		t.Errorf("decoded %d times", decoded)
	}
}

func TestPicturesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, given := range map[string]any{
		"a path":        "/etc/passwd",
		"a relative":    "../photo.jpg",
		"a URL":         "https://example.com/x.jpg",
		"a file URL":    "file:///etc/passwd",
		"a number":      5,
		"no value":      map[string]any{"type": "url"},
		"not a picture": base64.StdEncoding.EncodeToString([]byte("hello")),
		"a pickle":      map[string]any{"type": "numpy", "value": "gASV"},
		"nothing":       nil,
	} {
		if read, err := (value.Reader{Codec: codec{}}).Read(t.Context(), given, []string{"image"}, "x"); err == nil {
			t.Errorf("%s was read as %v", name, read)
		}
	}
}

func TestPlainKinds(t *testing.T) {
	t.Parallel()
	reader := value.Reader{}
	for _, c := range []struct {
		kinds []string
		given any
		ok    bool
	}{
		{[]string{"float_zero_to_one"}, 0.5, true},
		{[]string{"float_zero_to_one"}, 1.5, false},
		{[]string{"integer"}, true, true},
		{[]string{"integer"}, 1.0, false},
		{[]string{"zone"}, []any{[]any{0, 0}, []any{1, 0}}, false},
		{[]string{"rgb_color"}, []any{1, 2, 3}, true},
		{[]string{"string", "integer"}, 3, true},
		{[]string{"string"}, 3, false},
		{[]string{"*"}, 3, true},
		{[]string{"timestamp"}, "2024-05-01T12:00:00Z", true},
		{[]string{"timestamp"}, "soon", false},
	} {
		_, err := reader.Read(t.Context(), c.given, c.kinds, "x")
		var invalid *value.InvalidError
		if (err == nil) != c.ok || err != nil && !errors.As(err, &invalid) {
			t.Errorf("%v as %v: %v", c.given, c.kinds, err)
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{"sk-very-secret-value": "sk********ue", "abc": "********"} {
		got, err := value.Serializer{}.Serialize(t.Context(), given, []string{"secret"})
		if err != nil || got != want {
			t.Errorf("%q reads %v, %v", given, got, err)
		}
	}
}

// onCrop are detections of a crop at 100, 50 of a picture of 640 x 480.
func onCrop() (*value.Image, *value.Detections) {
	root := value.NewImage(image.NewGray(image.Rect(0, 0, 640, 480)), "root")
	crop := root.Crop(image.NewGray(image.Rect(0, 0, 200, 100)), "crop", 100, 50)
	mask := value.NewMask(200, 100, image.Rect(10, 10, 14, 13))
	for y := 10; y < 13; y++ {
		for x := 10; x < 14; x++ {
			mask.Set(x, y)
		}
	}
	d := &value.Detections{
		XYXY: []value.Box{{10, 10, 14, 13}}, Confidence: []float64{0.5}, ClassID: []int64{3},
		Masks: []*value.Mask{mask}, TrackerID: []int64{7},
		Data: map[string][]any{value.ColumnClass: {"dog"}, value.ColumnID: {"d1"}},
	}
	return crop, d.Place(crop)
}

func TestDetectionsAsResults(t *testing.T) {
	t.Parallel()
	_, d := onCrop()
	point := func(x, y float64) any { return map[string]any{"x": x, "y": y} }
	whole := func(x, y, w, h int64) any {
		return map[string]any{"offset_x": x, "offset_y": y, "width": w, "height": h}
	}
	own := map[string]any{
		"image": map[string]any{"width": int64(200), "height": int64(100)},
		"predictions": []any{map[string]any{
			"x": 12.0, "y": 11.5, "width": 4.0, "height": 3.0, "confidence": 0.5, "class_id": int64(3), "class": "dog",
			"detection_id": "d1", "tracker_id": int64(7), "parent_id": "crop", "parent_origin": whole(100, 50, 640, 480),
			"root_parent_id": "root", "root_parent_origin": whole(100, 50, 640, 480),
			"points": []any{point(10, 10), point(13, 10), point(13, 12), point(10, 12)},
		}},
	}
	if diff := cmp.Diff(own, d.Object()); diff != "" {
		t.Error(diff)
	}
	inRoot := map[string]any{
		"image": map[string]any{"width": int64(640), "height": int64(480)},
		"predictions": []any{map[string]any{
			"x": 112.0, "y": 61.5, "width": 4.0, "height": 3.0, "confidence": 0.5, "class_id": int64(3), "class": "dog",
			"detection_id": "d1", "tracker_id": int64(7), "parent_id": "root",
			"points": []any{point(110, 60), point(113, 60), point(113, 62), point(110, 62)},
		}},
	}
	moved := value.InRoot(map[string]any{"deep": []any{d}}).(map[string]any)["deep"].([]any)[0].(*value.Detections)
	if diff := cmp.Diff(inRoot, moved.Object()); diff != "" {
		t.Error(diff)
	}
	if moved.InRoot() != moved {
		t.Error("what lies on the root was moved again")
	}
}

// Serialised values can be read again.
func TestDetectionsRoundTrip(t *testing.T) {
	t.Parallel()
	_, d := onCrop()
	read, err := value.Reader{}.Read(t.Context(), d.Object(), []string{"instance_segmentation_prediction"}, "x")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(d.Object(), read.(*value.Detections).Object()); diff != "" {
		t.Error(diff)
	}
	for name, broken := range map[string]string{
		"no rows": `{"image": {"width": 1, "height": 1}}`,
		"no x":    `{"image": {}, "predictions": [{"y": 1, "width": 1, "height": 1, "confidence": 1, "class": "a", "class_id": 0}]}`,
		"huge":    `{"image": {"width": 16000000, "height": 16000000}, "predictions": [{"x": 1, "y": 1, "width": 1, "height": 1, "confidence": 1, "class": "a", "class_id": 0, "points": [{"x": 0, "y": 0}, {"x": 16000000, "y": 0}, {"x": 0, "y": 16000000}]}]}`,
		"runs":    `{"image": {"width": 4, "height": 4}, "predictions": [{"x": 1, "y": 1, "width": 1, "height": 1, "confidence": 1, "class": "a", "class_id": 0, "rle_mask": {"counts": "~~~~"}}]}`,
	} {
		v, err := value.Decode([]byte(broken))
		if err != nil {
			t.Fatal(err)
		}
		if read, err := (value.Reader{}).Read(t.Context(), v, []string{"instance_segmentation_prediction"}, "x"); err == nil {
			t.Errorf("%s: read as %v", name, read)
		}
	}
}

// A packed mask equals the mask.
func TestRunsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		width, height := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(1, 40).Draw(t, "height")
		mask := value.NewMask(width, height, image.Rect(0, 0, width, height))
		for range rapid.IntRange(0, 100).Draw(t, "n") {
			mask.Set(rapid.IntRange(0, width-1).Draw(t, "x"), rapid.IntRange(0, height-1).Draw(t, "y"))
		}
		packed := mask.RLE()
		read, err := value.ParseRLE(width, height, packed["counts"].(string))
		if err != nil {
			t.Fatal(err)
		}
		for y := range height {
			for x := range width {
				if read.At(x, y) != mask.At(x, y) {
					t.Fatalf("differs at %d, %d", x, y)
				}
			}
		}
	})
}

// A filled outline covers the largest part that it encloses.
func TestOutlineGoesRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mask := value.NewMask(60, 60, image.Rect(0, 0, 60, 60))
		for range rapid.IntRange(1, 4).Draw(t, "boxes") {
			x, y := rapid.IntRange(0, 40).Draw(t, "x"), rapid.IntRange(0, 40).Draw(t, "y")
			w, h := rapid.IntRange(3, 19).Draw(t, "w"), rapid.IntRange(3, 19).Draw(t, "h")
			for dy := range h {
				for dx := range w {
					mask.Set(x+dx, y+dy)
				}
			}
		}
		outline := mask.Outline()
		if len(outline) < 4 {
			t.Fatalf("an outline of %d points", len(outline))
		}
		filled := value.FillPolygon(60, 60, outline)
		for _, p := range outline {
			if !mask.At(p.X, p.Y) || !filled.At(p.X, p.Y) {
				t.Fatalf("%v of the outline is not on the mask", p)
			}
		}
	})
}

func TestSelectSharesNothingThatIsChanged(t *testing.T) {
	t.Parallel()
	_, d := onCrop()
	next := d.Select([]int{0}).WithAll("class_name", "cat")
	if d.Class(0) != "dog" || next.Class(0) != "cat" {
		t.Errorf("got %q and %q", d.Class(0), next.Class(0))
	}
	merged := value.Merge([]*value.Detections{d, {}, next})
	if merged.Len() != 2 || merged.Class(1) != "cat" || len(merged.Masks) != 2 {
		t.Errorf("merged to %v", merged)
	}
}

func TestVideo(t *testing.T) {
	t.Parallel()
	given := map[string]any{"video_identifier": "v", "frame_number": 3, "frame_timestamp": "2024-05-01T12:00:00.5+00:00", "fps": 25}
	read, err := value.Reader{}.Read(t.Context(), given, []string{"video_metadata"}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"video_identifier": "v", "frame_number": int64(3), "frame_timestamp": "2024-05-01T12:00:00.500000+00:00",
		"fps": 25.0, "measured_fps": nil, "comes_from_video_file": nil,
	}
	if diff := cmp.Diff(want, read.(*value.VideoMetadata).Object()); diff != "" {
		t.Error(diff)
	}
	still := value.NewImage(image.NewGray(image.Rect(0, 0, 1, 1)), "still")
	if v := still.VideoOr(time.Unix(5, 0)); v.VideoID != "still" || v.FPS != 30 {
		t.Errorf("got %+v", v)
	}
}

// FuzzRead: any input is read or refused.
func FuzzRead(f *testing.F) {
	f.Add(`{"image": {"width": 4, "height": 4}, "predictions": [{"x": 1, "y": 1, "width": 1, "height": 1, "confidence": 1, "class": "a", "class_id": 0, "points": [{"x": 0, "y": 0}, {"x": 3, "y": 0}, {"x": 0, "y": 3}]}]}`, "instance_segmentation_prediction")
	f.Add(`{"type": "base64", "value": "AAAA", "parent_origin": {"offset_x": 1}}`, "image")
	f.Add(`{"image": 1, "predictions": [], "top": 1, "confidence": 2}`, "classification_prediction")
	f.Fuzz(func(t *testing.T, text, kind string) {
		v, err := value.Decode([]byte(text))
		if err != nil {
			return
		}
		read, err := value.Reader{Codec: codec{}}.Read(t.Context(), v, []string{kind}, "x")
		if err != nil {
			return
		}
		out, err := value.Serializer{Codec: codec{}}.Serialize(t.Context(), value.InRoot(read), []string{kind})
		if err == nil {
			if _, err := json.Marshal(out); err != nil {
				t.Errorf("not JSON: %v", err)
			}
		}
	})
}
