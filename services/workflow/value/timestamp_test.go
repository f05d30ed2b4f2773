package value_test

import (
	"image"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// A timestamp keeps its zone, or keeps having none.
func TestTimestampsKeepTheirZone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2024-01-02T03:04:05":           "2024-01-02T03:04:05",
		"2024-01-02T03:04:05.25":        "2024-01-02T03:04:05.250000",
		"2024-01-02 03:04:05":           "2024-01-02T03:04:05",
		"2024-01-02":                    "2024-01-02T00:00:00",
		"2024-01-02T03:04":              "2024-01-02T03:04:00",
		"2024-01-02T03:04:05Z":          "2024-01-02T03:04:05+00:00",
		"2024-01-02T03:04:05+00:00":     "2024-01-02T03:04:05+00:00",
		"2024-01-02T03:04:05.5+02:00":   "2024-01-02T03:04:05.500000+02:00",
		"2024-01-02 03:04:05.000-05:30": "2024-01-02T03:04:05-05:30",
	} {
		read, err := value.Reader{}.Read(t.Context(), in, []string{"timestamp"}, "t")
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		got, err := value.Serializer{}.Serialize(t.Context(), read, []string{"timestamp"})
		if err != nil || got != want {
			t.Errorf("%s becomes %v, %v; want %s", in, got, err, want)
		}
	}
}

// A picture in a result has video metadata: its own, or that of the first frame of a new video.
func TestPicturesHaveVideoMetadata(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 1, 2, 3, 4, 5, 250_000_000, time.FixedZone("", 3600))
	s := value.Serializer{Codec: codec{}, Now: func() time.Time { return at }}
	picture := value.NewImage(image.NewRGBA(image.Rect(0, 0, 4, 3)), "image")
	frame := picture.WithVideo(&value.VideoMetadata{VideoID: "v", FrameNumber: 7, Timestamp: at, FPS: 12})
	want := map[string]any{
		"video_identifier": "image", "frame_number": int64(0), "frame_timestamp": "2024-01-02T02:04:05.250000",
		"fps": 30.0, "measured_fps": nil, "comes_from_video_file": nil,
	}
	for name, c := range map[string]struct {
		picture *value.Image
		change  map[string]any
	}{
		"still": {picture, nil},
		"frame": {frame, map[string]any{"video_identifier": "v", "frame_number": int64(7), "fps": 12.0, "frame_timestamp": "2024-01-02T03:04:05.250000+01:00"}},
	} {
		expected := map[string]any{}
		for key, v := range want {
			expected[key] = v
		}
		for key, v := range c.change {
			expected[key] = v
		}
		got, err := s.Serialize(t.Context(), c.picture, []string{"image"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, got.(map[string]any)["video_metadata"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAppendOrdered(t *testing.T) {
	t.Parallel()
	object := map[string]any{"a": int64(1), "z": 130.0, "m": map[string]any{"y": nil, "b": true}}
	got, err := value.AppendOrdered(nil, object, []string{"z", "not there", "m", "a"})
	if want := `{"z":130.0,"m":{"b":true,"y":null},"a":1}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
