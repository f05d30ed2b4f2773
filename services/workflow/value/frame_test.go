package value_test

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// The picture's size is known even if nothing was found on it.
func TestEmptyDetectionsKeepThePictureSize(t *testing.T) {
	t.Parallel()
	whole := value.NewImage(image.NewRGBA(image.Rect(0, 0, 40, 30)), "whole")
	one := &value.Detections{XYXY: []value.Box{{1, 1, 2, 2}}, Confidence: []float64{1}, ClassID: []int64{0}, Data: map[string][]any{}}
	none := (&value.Detections{Data: map[string][]any{}}).Place(whole)
	crop := value.Frame{Width: 10, Height: 5, RootWidth: 40, RootHeight: 30}
	for name, c := range map[string]struct {
		d             *value.Detections
		width, height any
	}{
		"nothing found":       {none, int64(40), int64(30)},
		"filtered away":       {one.Place(whole).Select(nil), int64(40), int64(30)},
		"merged from nothing": {value.Merge([]*value.Detections{none, none}), int64(40), int64(30)},
		"on a crop":           {&value.Detections{Picture: crop}, int64(10), int64(5)},
		"on a crop, in root":  {(&value.Detections{Picture: crop}).InRoot(), int64(40), int64(30)},
		"never placed":        {&value.Detections{}, nil, nil},
	} {
		want := map[string]any{"image": map[string]any{"width": c.width, "height": c.height}, "predictions": []any{}}
		if diff := cmp.Diff(want, c.d.Object()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		read, err := value.Reader{}.Read(t.Context(), c.d.Object(), []string{"object_detection_prediction"}, "d")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, read.(*value.Detections).Object()); diff != "" {
			t.Errorf("%s, read back (-want +got):\n%s", name, diff)
		}
	}
}
