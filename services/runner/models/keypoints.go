package models

import (
	"context"
	"math"
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/modelpackage"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/runner/models/decode"
	"github.com/keyhole-dev/keyhole/services/workflow/value"
)

// bodyPoints are the key points of COCO, used for 17 points without names.
const bodyPoints = "nose,left_eye,right_eye,left_ear,right_ear,left_shoulder,right_shoulder,left_elbow,right_elbow," +
	"left_wrist,right_wrist,left_hip,right_hip,left_knee,right_knee,left_ankle,right_ankle"

// pose finds objects and their key points on every picture.
func (j *job) pose(ctx context.Context, images []*value.Image) ([]*value.Detections, error) {
	limits := j.limits()
	least, _ := value.Float(j.options[OptionKeypointConfidence])
	found := make([]*value.Detections, len(images))
	err := j.batches(ctx, images, func(a answer, at, i int, fit imaging.Fit) error {
		boxes, err := decode.Boxes(a.model, a.outputs, i, a.n, limits)
		if err != nil {
			return err
		}
		d := detections(boxes.Boxes, fit, a.model.Names(boxes.Classes))
		for _, b := range boxes.Boxes {
			addPoints(d, boxes.Points(b, a.model.PointSize), pointNames(a.model, b.Class), fit, least)
		}
		found[at] = d
		return nil
	})
	return found, err
}

// addPoints adds the points of one row, in coordinates of the picture. It omits points that
// the class does not have, and those whose confidence is too low.
func addPoints(d *value.Detections, points []decode.Point, names map[int]string, fit imaging.Fit, least float64) {
	xy, ids, classes, confidences := []any{}, []any{}, []any{}, []any{}
	for k, p := range points {
		name, known := names[k]
		if !known || float64(p.Confidence) < least {
			continue
		}
		x, y := fit.Back(float64(p.X), float64(p.Y))
		xy = append(xy, []any{math.RoundToEven(x), math.RoundToEven(y)})
		ids, classes, confidences = append(ids, int64(k)), append(classes, name), append(confidences, float64(p.Confidence))
	}
	for column, cell := range map[string][]any{
		value.ColumnKeypointsXY: xy, value.ColumnKeypointsClassID: ids, value.ColumnKeypointsClass: classes, value.ColumnKeypointsConfidence: confidences,
	} {
		d.Data[column] = append(d.Data[column], cell)
	}
}

// pointNames are the names of the key points of a class.
func pointNames(m *modelpackage.Model, class int) map[int]string {
	for _, s := range m.Skeletons {
		if s.Class == class {
			return s.Points
		}
	}
	names := map[int]string{}
	if len(m.Skeletons) > 0 {
		return names
	}
	body := strings.Split(bodyPoints, ",")
	for k := range m.Points {
		if names[k] = strconv.Itoa(k); m.Points == len(body) {
			names[k] = body[k]
		}
	}
	return names
}
