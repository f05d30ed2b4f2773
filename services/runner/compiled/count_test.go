package compiled

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

// The memory of a run depends on how many steps copy pictures, and on whether parts of
// them are kept.
func TestStepsThatMakePicturesAreCounted(t *testing.T) {
	t.Parallel()
	for blockType, want := range map[string]Workflow{
		"roboflow_core/image_blur@v1":                 {Draws: 1},
		"roboflow_core/bounding_box_visualization@v1": {Draws: 1},
		"roboflow_core/image_slicer@v2":               {Cuts: true},
		"roboflow_core/relative_statoic_crop@v1":      {Cuts: true},
		"roboflow_core/dominant_color@v1":             {},
		"roboflow_core/sift@v1":                       {Grows: true, Draws: 1},
	} {
		m, ok := manifest.Core().Find(blockType)
		if !ok {
			t.Fatalf("%s is not known", blockType)
		}
		var got Workflow
		if got.count(m); got.Draws != want.Draws || got.Cuts != want.Cuts || got.Grows != want.Grows {
			t.Errorf("%s: draws %d, cuts %v, grows %v", blockType, got.Draws, got.Cuts, got.Grows)
		}
	}
	for cutter := range cutters {
		if _, ok := manifest.Core().Find(cutter); !ok {
			t.Errorf("%s is not known", cutter)
		}
	}
}
