package track

import (
	"context"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/blocks/video"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// Blocks lists the constructors of this package by block type.
func Blocks() engine.Registry {
	return engine.Registry{
		"roboflow_core/byte_tracker@v1":       follow("metadata", newByteTrack),
		"roboflow_core/byte_tracker@v2":       follow("image", newByteTrack),
		"roboflow_core/byte_tracker@v3":       follow("image", newByteTrack),
		"roboflow_core/trackers_botsort@v1":   follow("image", newBoTSORT),
		"roboflow_core/trackers_bytetrack@v1": follow("image", newByteTrack2),
		"roboflow_core/trackers_ocsort@v1":    follow("image", newOCSORT),
		"roboflow_core/trackers_sort@v1":      follow("image", newSORT),
	}
}

// tracker follows the objects of one video.
type tracker interface {
	// update takes the detections of the next frame. It returns the rows that belong to an
	// object, and the IDs of their objects.
	update(ctx context.Context, d *value.Detections) (rows []int, ids []int64, err error)
}

// watcher is a tracker that also looks at the pictures.
type watcher interface {
	watch(ctx context.Context, picture *value.Image) error
}

// scene is the memory of a step for one video.
type scene struct {
	tracker
	seen seen
}

// follow makes a block of a tracker. The settings of the first frame hold for the whole
// video.
func follow(frame string, settle func(*settings) tracker) engine.Constructor {
	return func(step engine.Step) (engine.Block, error) {
		return engine.BlockFunc(func(ctx context.Context, call *engine.Call) (engine.Result, error) {
			d, err := argument.Detections(call, "detections")
			if err != nil {
				return engine.None(), err
			}
			at, err := video.Of(call, frame)
			if err != nil {
				return engine.None(), err
			}
			s := settings{call: call, fps: at.FPS}
			t := settle(&s)
			most := s.whole("instances_cache_size", 16384, 1, 1<<20)
			if s.err != nil {
				return engine.None(), s.err
			}
			known := video.State(call, at, func() *scene { return &scene{t, seen{most: most, ids: map[int64]bool{}}} })
			if err := known.watch(ctx, call, frame); err != nil {
				return engine.None(), err
			}
			rows, ids, err := known.update(ctx, d)
			if err != nil {
				return engine.None(), err
			}
			return engine.One(known.outputs(call, d, rows, ids)), nil
		}), nil
	}
}

func (s *scene) watch(ctx context.Context, call *engine.Call, field string) error {
	w, ok := s.tracker.(watcher)
	if !ok {
		return nil
	}
	picture, err := argument.Picture(call, field)
	if err != nil {
		return err
	}
	return w.watch(ctx, picture)
}

// outputs returns the tracked rows: all, those of new objects, and the others.
func (s *scene) outputs(call *engine.Call, d *value.Detections, rows []int, ids []int64) engine.Outputs {
	tracked := d.Select(rows)
	tracked.TrackerID = append([]int64{}, ids...)
	out := engine.Outputs{"tracked_detections": tracked}
	if call.Step.Type == "roboflow_core/byte_tracker@v1" || call.Step.Type == "roboflow_core/byte_tracker@v2" {
		return out
	}
	fresh, old := []int{}, []int{}
	for i, id := range ids {
		if s.seen.record(id) {
			old = append(old, i)
		} else {
			fresh = append(fresh, i)
		}
	}
	out["new_instances"], out["already_seen_instances"] = tracked.Select(fresh), tracked.Select(old)
	return out
}

// settings reads the fields of a tracker and keeps the first error.
type settings struct {
	call *engine.Call
	fps  float64
	err  error
}

func (s *settings) share(field string, otherwise float64) float64 {
	v, err := argument.NumberOr(s.call, field, otherwise, 0, 1)
	if s.err == nil {
		s.err = err
	}
	return v
}

func (s *settings) whole(field string, otherwise, low, high int) int {
	v, err := argument.WholeOr(s.call, field, otherwise, low, high)
	if s.err == nil {
		s.err = err
	}
	return v
}

// patience is the number of frames for which a lost object is remembered.
func (s *settings) patience() int {
	return int(min(s.fps/30*float64(s.whole("lost_track_buffer", 30, 0, 1<<20)), 1<<30))
}

func newByteTrack(s *settings) tracker {
	return &byteTrack{
		high: s.share("track_activation_threshold", 0.25), most: s.share("minimum_matching_threshold", 0.8),
		patient: s.patience(), steady: s.whole("minimum_consecutive_frames", 1, 1, 1<<20),
	}
}

func newSORT(s *settings) tracker {
	return &sort{
		objects: objects{overlap: s.share("minimum_iou_threshold", 0.3), steady: s.whole("minimum_consecutive_frames", 3, 1, 1<<20), patient: s.patience()},
		start:   s.share("track_activation_threshold", 0.25),
	}
}

func newByteTrack2(s *settings) tracker {
	return &byteSort{
		objects: objects{overlap: s.share("minimum_iou_threshold", 0.1), steady: s.whole("minimum_consecutive_frames", 2, 1, 1<<20), patient: s.patience()},
		start:   s.share("track_activation_threshold", 0.7), high: s.share("high_conf_det_threshold", 0.6),
	}
}

func newOCSORT(s *settings) tracker {
	return &ocsort{
		high: s.share("high_conf_det_threshold", 0.6), overlap: s.share("minimum_iou_threshold", 0.3),
		steady: s.whole("minimum_consecutive_frames", 3, 1, 1<<20), patient: s.patience(),
		weight: s.share("direction_consistency_weight", 0.2), back: s.whole("delta_t", 3, 1, 1000),
	}
}

func newBoTSORT(s *settings) tracker {
	b := &botSort{
		high: s.share("high_conf_det_threshold", 0.6), start: s.share("track_activation_threshold", 0.7),
		first: s.share("minimum_iou_threshold_first_assoc", 0.2), second: s.share("minimum_iou_threshold_second_assoc", 0.5),
		unconfirmed: s.share("minimum_iou_threshold_unconfirmed_assoc", 0.3),
		steady:      s.whole("minimum_consecutive_frames", 2, 1, 1<<20), patient: s.patience(),
		instant: value.Truthy(s.call.Arg("instant_first_frame_activation")),
	}
	if value.Truthy(s.call.Arg("enable_cmc")) {
		b.camera = &camera{shrink: s.whole("cmc_downscale", 2, 1, 1000), motion: geometry.Identity}
	}
	return b
}
