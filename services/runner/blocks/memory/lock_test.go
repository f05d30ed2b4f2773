package memory_test

import (
	"fmt"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/memory"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// TestTrackClassLock votes with three frames: the class locks at the second vote, and two
// votes for another one change it. A weak row has no vote.
func TestTrackClassLock(t *testing.T) {
	t.Parallel()
	row := func(name string, track int64, confidence float64, x float64) any {
		d := blocktest.Found(name, value.Box{x, 0, x + 10, 10})
		d.TrackerID, d.Confidence = []int64{track}, []float64{confidence}
		return d
	}
	for name, c := range map[string]struct {
		rows []any
		want string
	}{
		"a majority":            {[]any{row("cat", 1, .9, 0), row("cat", 1, .9, 0), row("dog", 1, .9, 0)}, "cat false, cat true, cat true"},
		"a weak row":            {[]any{row("cat", 1, .9, 0), row("cat", 1, .5, 0), row("dog", 1, .9, 0)}, "cat false, cat false, dog false"},
		"a change":              {[]any{row("cat", 1, .9, 0), row("cat", 1, .9, 0), row("dog", 1, .9, 0), row("dog", 1, .9, 0)}, "cat false, cat true, cat true, dog true"},
		"a new track near it":   {[]any{row("cat", 1, .9, 0), row("cat", 1, .9, 0), row("dog", 2, .9, 1)}, "cat false, cat true, cat true"},
		"a new track elsewhere": {[]any{row("cat", 1, .9, 0), row("cat", 1, .9, 0), row("dog", 2, .9, 50)}, "cat false, cat true, dog false"},
		"no track":              {[]any{row("cat", -1, .9, 0), row("cat", -1, .9, 0), row("cat", -1, .9, 0)}, "cat false, cat false, cat false"},
	} {
		results, err := blocktest.Play(t, memory.Blocks(), "track_class_lock@v1", map[string]any{
			"image": blocktest.Frames(len(c.rows), 30), "detections": blocktest.Input{Kind: "object_detection_prediction", Value: c.rows},
			"min_votes": 2, "lead_margin": 1, "switch_after": 2,
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := ""
		for i, result := range results {
			d := result["tracked_detections"].(*value.Detections)
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprint(d.Class(0), " ", d.At("class_locked", 0))
		}
		if got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
