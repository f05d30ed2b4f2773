package overlay

import (
	"context"
	"math"
	"strconv"

	"github.com/keyhole-dev/keyhole/services/runner/blocks/argument"
	"github.com/keyhole-dev/keyhole/services/runner/engine"
	"github.com/keyhole-dev/keyhole/services/runner/geometry"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// maxKeypoints bounds the points of one detection, and the edges between them.
const maxKeypoints = 1024

// coco are the edges between the 17 points of a person in the COCO data set.
var coco = [][2]int{
	{1, 2},
	{1, 3},
	{2, 3},
	{2, 4},
	{3, 5},
	{6, 12},
	{6, 7},
	{6, 8},
	{7, 13},
	{7, 9},
	{8, 10},
	{9, 11},
	{12, 13},
	{14, 12},
	{15, 13},
	{16, 14},
	{17, 15},
}

// drawKeypoints draws the keypoints of each detection: as dots, as labels with their
// numbers, or the edges between them.
func drawKeypoints(ctx context.Context, call *engine.Call, s *sheet) error {
	d, err := argument.Detections(call, "predictions")
	if err != nil {
		return err
	}
	draw, err := keypointPen(call, s)
	if err != nil {
		return err
	}
	for i := range d.XYXY {
		points, ok := argument.PointList(d.At(value.ColumnKeypointsXY, i), maxKeypoints)
		if !ok {
			return engine.Failf(engine.RuntimeInput, "predictions must have keypoints, at most %d for each detection", maxKeypoints)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		draw(points)
	}
	return nil
}

func keypointPen(call *engine.Call, s *sheet) (func([]geometry.Point), error) {
	c, err := colorOf(call, "color")
	if err != nil {
		return nil, err
	}
	radius, err := argument.Whole(call, "radius", 0, maxThickness)
	if err != nil {
		return nil, err
	}
	switch kind := argument.Text(call, "annotator_type"); kind {
	case "edge":
		return edgePen(call, s, c)
	case "vertex":
		return func(points []geometry.Point) {
			for _, p := range points {
				if known(p) {
					imaging.Disc(s.RGBA, math.Trunc(p.X), math.Trunc(p.Y), float64(radius), c)
				}
			}
		}, nil
	case "vertex_label":
		return labelPen(call, s, c, radius)
	default:
		return nil, engine.Failf(engine.RuntimeInput, "annotator_type %.60q is not known", kind)
	}
}

// known reports whether a point was found. Points that were not found are at 0, 0.
func known(p geometry.Point) bool { return math.Abs(p.X) > 1e-8 || math.Abs(p.Y) > 1e-8 }

func edgePen(call *engine.Call, s *sheet, c rgba) (func([]geometry.Point), error) {
	thickness, err := argument.Whole(call, "thickness", 1, maxThickness)
	if err != nil {
		return nil, err
	}
	given, err := edges(call.Arg("edges"))
	if err != nil {
		return nil, err
	}
	return func(points []geometry.Point) {
		between := given
		if len(between) == 0 && len(points) == 17 {
			between = coco
		}
		for _, e := range between {
			if e[0] > len(points) || e[1] > len(points) {
				continue
			}
			a, b := points[e[0]-1], points[e[1]-1]
			if known(a) && known(b) {
				imaging.Line(s.RGBA, math.Trunc(a.X), math.Trunc(a.Y), math.Trunc(b.X), math.Trunc(b.Y), c, thickness)
			}
		}
	}, nil
}

// edges reads pairs of numbers of points, which count from 1.
func edges(v any) ([][2]int, error) {
	list, _ := v.([]any)
	out := make([][2]int, 0, len(list))
	for _, v := range list {
		pair, _ := v.([]any)
		if len(pair) != 2 || len(list) > maxKeypoints {
			return nil, noEdges()
		}
		var e [2]int
		for k, v := range pair {
			n, ok := value.Int(v)
			if !ok || n < 1 || n > maxKeypoints {
				return nil, noEdges()
			}
			e[k] = int(n)
		}
		out = append(out, e)
	}
	return out, nil
}

func noEdges() error {
	return engine.Failf(engine.RuntimeInput, "edges must be a list of at most %d pairs of keypoints, which count from 1", maxKeypoints)
}

func labelPen(call *engine.Call, s *sheet, c rgba, radius int) (func([]geometry.Point), error) {
	front, err := colorOf(call, "text_color")
	if err != nil {
		return nil, err
	}
	style, err := styleOf(call)
	if err != nil {
		return nil, err
	}
	padding, err := argument.Whole(call, "text_padding", 0, maxThickness)
	if err != nil {
		return nil, err
	}
	return func(points []geometry.Point) {
		for i, p := range points {
			if known(p) {
				s.plate(strconv.Itoa(i), p.Pixel(), style, padding, radius, c, front)
			}
		}
	}, nil
}
