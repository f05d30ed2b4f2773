package memory_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/memory"
)

// TestImageStack keeps the last two frames, made to fit a resolution: 64 by 48 pixels in 16
// by 16 are 16 by 12.
func TestImageStack(t *testing.T) {
	t.Parallel()
	results, err := blocktest.Play(t, memory.Blocks(), "image_stack@v1", map[string]any{
		"image": blocktest.Frames(3, 30), "stack_size": 2, "resolution_width": 16, "resolution_height": 16,
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{1, 2, 2} {
		if got := results[i]["frames_count"]; got != want {
			t.Errorf("after frame %d there are %v frames, want %d", i, got, want)
		}
	}
	last := results[2]["frames"].([]any)
	pixels, err := jpeg.Decode(bytes.NewReader(last[0].([]byte)))
	if err != nil || len(last) != 2 || pixels.Bounds().Size() != image.Pt(16, 12) {
		t.Errorf("the oldest of %d frames: %v, %v", len(last), pixels, err)
	}
}
