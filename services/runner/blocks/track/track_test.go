package track_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/blocktest"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/track"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// seen is a box of 40 by 80 with its left upper corner, and a confidence.
type seen struct{ x, y, confidence float64 }

func frameOf(all ...seen) *value.Detections {
	d := &value.Detections{Data: map[string][]any{}}
	for _, s := range all {
		d.XYXY = append(d.XYXY, value.Box{s.x, s.y, s.x + 40, s.y + 80})
		d.Confidence, d.ClassID = append(d.Confidence, s.confidence), append(d.ClassID, 0)
		d.Data[value.ColumnClass] = append(d.Data[value.ColumnClass], "person")
	}
	return d
}

// play returns the IDs by the left side of the boxes, for each frame.
func play(t *testing.T, block string, fields map[string]any, video ...*value.Detections) []map[float64]int64 {
	t.Helper()
	frames := make([]any, len(video))
	for i, d := range video {
		frames[i] = d
	}
	given := map[string]any{"detections": blocktest.Input{Kind: "object_detection_prediction", Value: frames}, "image": blocktest.Frames(len(frames), 30)}
	for name, v := range fields {
		given[name] = v
	}
	if block == "byte_tracker@v1" {
		metadata := make([]any, len(frames))
		for i := range metadata {
			metadata[i] = &value.VideoMetadata{VideoID: "v", FrameNumber: int64(i), FPS: 30}
		}
		delete(given, "image")
		given["metadata"] = blocktest.Input{Kind: "video_metadata", Value: metadata}
	}
	out, err := blocktest.Play(t, track.Blocks(), block, given)
	if err != nil {
		t.Fatalf("%s: %v", block, err)
	}
	ids := make([]map[float64]int64, len(out))
	for i, result := range out {
		d := result["tracked_detections"].(*value.Detections)
		ids[i] = map[float64]int64{}
		for row, box := range d.XYXY {
			ids[i][box[0]] = d.TrackerID[row]
		}
	}
	return ids
}

type ids = map[float64]int64

// Two people walk towards each other. One of them is barely visible in the third frame and
// covered in the fourth. A third person arrives later.
var walk = []*value.Detections{
	frameOf(seen{0, 0, 0.9}, seen{200, 0, 0.9}),
	frameOf(seen{5, 0, 0.9}, seen{195, 0, 0.9}),
	frameOf(seen{10, 0, 0.9}, seen{190, 0, 0.2}),
	frameOf(seen{15, 0, 0.9}),
	frameOf(seen{20, 0, 0.9}, seen{180, 0, 0.9}, seen{400, 300, 0.9}),
	frameOf(seen{25, 0, 0.9}, seen{175, 0, 0.9}, seen{400, 300, 0.9}),
}

func TestTrackersFollow(t *testing.T) {
	t.Parallel()
	steady := map[string]any{"minimum_consecutive_frames": 1, "minimum_iou_threshold": 0.1}
	byteIDs := []ids{{0: 1, 200: 2}, {5: 1, 195: 2}, {10: 1, 190: 2}, {15: 1}, {20: 1, 180: 2}, {25: 1, 175: 2, 400: 3}}
	for _, c := range []struct {
		block  string
		fields map[string]any
		want   []ids
	}{
		{"byte_tracker@v1", nil, byteIDs},
		{"byte_tracker@v2", nil, byteIDs},
		{"byte_tracker@v3", nil, byteIDs},
		// The object gets its ID in the third round. The weak detection belongs to nobody.
		{"trackers_sort@v1", map[string]any{"minimum_consecutive_frames": 2}, []ids{{}, {5: 0, 195: 1}, {10: 0, 190: 1}, {15: 0}, {20: 0, 180: 1}, {25: 0, 175: 1, 400: 2}}},
		{"trackers_bytetrack@v1", steady, []ids{{}, {5: 0, 195: 1}, {10: 0, 190: 1}, {15: 0}, {20: 0, 180: 1}, {25: 0, 175: 1, 400: 2}}},
		{"trackers_botsort@v1", map[string]any{"minimum_consecutive_frames": 1}, []ids{{0: 0, 200: 1}, {5: 0, 195: 1}, {10: 0, 190: 1}, {15: 0}, {20: 0, 180: 1, 400: 2}, {25: 0, 175: 1, 400: 2}}},
		{"trackers_botsort@v1", nil, []ids{{}, {5: 0, 195: 1}, {10: 0, 190: 1}, {15: 0}, {20: 0, 180: 1}, {25: 0, 175: 1, 400: 2}}},
		{"trackers_botsort@v1", map[string]any{"instant_first_frame_activation": true}, []ids{{0: 0, 200: 1}, {5: 0, 195: 1}, {10: 0, 190: 1}, {15: 0}, {20: 0, 180: 1}, {25: 0, 175: 1, 400: 2}}},
		{"trackers_ocsort@v1", map[string]any{"minimum_consecutive_frames": 2}, []ids{{}, {5: 0, 195: 1}, {10: 0}, {15: 0}, {20: 0, 180: 1}, {25: 0, 175: 1, 400: 2}}},
	} {
		if diff := cmp.Diff(c.want, play(t, c.block, c.fields, walk...)); diff != "" {
			t.Errorf("%s: %s", c.block, diff)
		}
	}
}

// A lost object is given up after the buffer time. After that it counts as a new one.
func TestLostObjects(t *testing.T) {
	t.Parallel()
	video := []*value.Detections{frameOf(seen{0, 0, 0.9}), frameOf(seen{0, 0, 0.9}), frameOf(), frameOf(), frameOf(), frameOf(), frameOf(), frameOf(seen{0, 0, 0.9}), frameOf(seen{0, 0, 0.9})}
	for _, block := range []string{"byte_tracker@v3", "trackers_sort@v1", "trackers_bytetrack@v1", "trackers_botsort@v1", "trackers_ocsort@v1"} {
		for buffer, same := range map[int]bool{2: false, 30: true} {
			got := play(t, block, map[string]any{"lost_track_buffer": buffer, "minimum_consecutive_frames": 1}, video...)
			if (got[1][0] == got[8][0]) != same {
				t.Errorf("%s with %d frames: %v", block, buffer, got)
			}
		}
	}
}

// A new object is reported once. Known objects are in the other output.
func TestNewObjects(t *testing.T) {
	t.Parallel()
	detections := make([]any, len(walk))
	for i, d := range walk {
		detections[i] = d
	}
	out, err := blocktest.Play(t, track.Blocks(), "byte_tracker@v3", map[string]any{
		"detections": blocktest.Input{Kind: "object_detection_prediction", Value: detections}, "image": blocktest.Frames(len(walk), 30),
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{2, 0, 0, 0, 0, 1} {
		fresh, old := out[i]["new_instances"].(*value.Detections), out[i]["already_seen_instances"].(*value.Detections)
		if all := out[i]["tracked_detections"].(*value.Detections); fresh.Len() != want || fresh.Len()+old.Len() != all.Len() {
			t.Errorf("frame %d: %d new, %d known of %d", i, fresh.Len(), old.Len(), all.Len())
		}
	}
}

// Invalid boxes are not followed, and too many boxes are refused quickly.
func TestHostileDetections(t *testing.T) {
	t.Parallel()
	nan, inf := math.NaN(), math.Inf(1)
	bad := frameOf(seen{}, seen{}, seen{}, seen{}, seen{10, 10, 0.9})
	bad.XYXY[0], bad.XYXY[1], bad.XYXY[2], bad.XYXY[3] = value.Box{nan, nan, nan, nan}, value.Box{-inf, -inf, inf, inf}, value.Box{50, 50, 10, 10}, value.Box{}
	many := &value.Detections{Data: map[string][]any{}}
	for range 3000 {
		many.XYXY, many.Confidence, many.ClassID = append(many.XYXY, value.Box{0, 0, 10, 10}), append(many.Confidence, 0.9), append(many.ClassID, 0)
	}
	for _, block := range []string{"byte_tracker@v3", "trackers_sort@v1", "trackers_bytetrack@v1", "trackers_botsort@v1", "trackers_ocsort@v1"} {
		got := play(t, block, map[string]any{"minimum_consecutive_frames": 1}, bad, bad)
		if len(got[1]) != 1 {
			t.Errorf("%s: followed %v", block, got)
		}
		_, err := blocktest.Play(t, track.Blocks(), block, map[string]any{
			"detections": blocktest.Input{Kind: "object_detection_prediction", Value: []any{many, many}}, "image": blocktest.Frames(2, 30),
		})
		if err == nil {
			t.Errorf("%s compared 9 000 000 pairs", block)
		}
	}
}

// The camera turns right by 60 pixels in one frame, so an object that stands still appears 60
// pixels further to the left, outside of its old box. Without a correction it counts as a new
// object.
func TestCameraMotion(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	world := image.NewGray(image.Rect(0, 0, 460, 200))
	for i := range world.Pix {
		world.Pix[i] = 120
	}
	for range 160 {
		x, y, side, v := random.IntN(450), random.IntN(190), 3+random.IntN(12), uint8(random.IntN(256))
		draw.Draw(world, image.Rect(x, y, x+side, y+side), image.NewUniform(color.Gray{v}), image.Point{}, draw.Src)
	}
	var frames, detections []any
	for i, left := range []int{0, 0, 0, 60, 60} {
		frame := value.NewImage(imaging.Copy(world.SubImage(image.Rect(left, 0, left+400, 200))), "frame")
		frames = append(frames, frame.WithVideo(&value.VideoMetadata{VideoID: "v", FrameNumber: int64(i), FPS: 30}))
		detections = append(detections, frameOf(seen{float64(250 - left), 60, 0.9}))
	}
	for method, same := range map[string]bool{"sparseOptFlow": true, "": false} {
		fields := map[string]any{
			"detections": blocktest.Input{Kind: "object_detection_prediction", Value: detections}, "image": blocktest.Input{Kind: "image", Value: frames},
			"minimum_consecutive_frames": 1, "cmc_downscale": 1,
		}
		if method != "" {
			fields["enable_cmc"], fields["cmc_method"] = true, method
		}
		out, err := blocktest.Play(t, track.Blocks(), "trackers_botsort@v1", fields)
		if err != nil {
			t.Fatal(err)
		}
		before, after := out[2]["tracked_detections"].(*value.Detections), out[4]["tracked_detections"].(*value.Detections)
		if (before.TrackerID[0] == after.TrackerID[0]) != same {
			t.Errorf("corrected by %q: %v and %v", method, before.TrackerID, after.TrackerID)
		}
	}
}
