package model_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner/models/modeltest"
)

// Each layout describes a box from 16,8 to 48,40 of an input of 64 by 64 pixels, of class 1
// with the score 0.75. The picture is 128 by 128, so the box is twice as large on it.
func TestLayoutsOfDetectors(t *testing.T) {
	t.Parallel()
	logit := float32(math.Log(3)) // sigmoid gives 0.75
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	hostile := []float32{nan, inf, nan, inf, inf, nan, inf}
	nets := map[string]struct {
		net    workertest.Graph
		layout string
	}{
		"yolov8":     {constant(tensor{"o", []int64{1, 6, 84}, columns(6, 84, []float32{32, 24, 32, 32, 0.1, 0.75}, []float32{33, 24, 32, 32, 0, 0.6}, hostile[:6])}), ""},
		"yolov5":     {constant(tensor{"o", []int64{1, 252, 7}, lines(252, 7, []float32{32, 24, 32, 32, 1, 0.5, 0.75}, hostile)}), ""},
		"yolox":      {constant(tensor{"o", []int64{1, 84, 7}, lines(84, 7, []float32{4, 3, float32(math.Log(4)), float32(math.Log(4)), 1, 0, 0.75}, hostile)}), ""},
		"finished":   {constant(tensor{"o", []int64{1, 9, 6}, lines(9, 6, []float32{16, 8, 48, 40, 0.75, 1}, hostile[:6], []float32{0, 0, 1, 1, 1, -1})}), ""},
		"yolov7-nms": {constant(tensor{"o", []int64{2, 7}, lines(2, 7, []float32{0, 16, 8, 48, 40, 1, 0.75}, hostile)}), ""},
		"yolo-nas": {constant(
			tensor{"boxes", []int64{1, 1344, 4}, lines(1344, 4, []float32{16, 8, 48, 40}, hostile[:4])},
			tensor{"scores", []int64{1, 1344, 2}, lines(1344, 2, []float32{0.2, 0.75}, hostile[:2])}), ""},
		"rt-detr": {constant(tensor{"o", []int64{1, 30, 7}, lines(30, 7, []float32{0.5, 0.375, 0.5, 0.5, 0, 0.75}, hostile)}), ""},
		"rf-detr": {constant(
			tensor{"dets", []int64{1, 3, 4}, lines(3, 4, []float32{0.5, 0.375, 0.5, 0.5}, hostile[:4], hostile[:4])},
			tensor{"labels", []int64{1, 3, 5}, filled(15, func(i int) float32 {
				return map[int]float32{1: logit, 4: 9, 5: nan, 6: inf}[i] - map[int]float32{0: 9, 2: 9, 3: 9}[i]
			})}), ""},
		"detr": {constant(
			tensor{"logits", []int64{1, 2, 3}, []float32{0, float32(math.Log(6)), 0, 0, 0, 50}},
			tensor{"pred_boxes", []int64{1, 2, 4}, lines(2, 4, []float32{0.5, 0.375, 0.5, 0.5}, hostile[:4])}), "detr"},
		"ssd": {constant(
			tensor{"bboxes", []int64{1, 3, 4}, lines(3, 4, []float32{0.25, 0.125, 0.75, 0.625}, hostile[:4])},
			tensor{"labels", []int64{1, 3}, []float32{1, nan, 0}}, tensor{"scores", []int64{1, 3}, []float32{0.75, inf, 0.1}}), ""},
		"ssd-yx": {constant(
			tensor{"detection_boxes", []int64{1, 1, 4}, []float32{0.125, 0.25, 0.625, 0.75}}, tensor{"num_detections", []int64{1}, []float32{1}},
			tensor{"detection_classes", []int64{1, 1}, []float32{1}}, tensor{"detection_scores", []int64{1, 1}, []float32{0.75}}), ""},
		"ssd-pixels": {constant(
			tensor{"boxes", []int64{1, 4}, []float32{16, 8, 48, 40}}, tensor{"labels", []int64{1}, []float32{1}}, tensor{"scores", []int64{1}, []float32{0.75}}), ""},
	}
	files := modeltest.Files{}
	for name, n := range nets {
		config := `{"task_type": "object-detection"}`
		if n.layout != "" {
			config = `{"task_type": "object-detection", "layout": "` + n.layout + `"}`
		}
		files[name] = packed(t, n.net, map[string]string{"class_names.txt": "cat\ndog\nbird\n", "model_config.json": config})
	}
	removal := `{"class_names_operations": [{"type": "class_name_removal", "class_name": "nothing"}]}`
	nets["without nothing"] = nets["yolov8"]
	files["without nothing"] = packed(t, constant(tensor{"o", []int64{1, 7, 84}, columns(7, 84, []float32{32, 24, 32, 32, 0, 0, 0.75}, []float32{8, 8, 8, 8, 0.9})}),
		map[string]string{"class_names.txt": "nothing\ncat\ndog\n", "model_config.json": `{"task_type": "object-detection"}`, "inference_config.json": removal})
	env, _ := newEnv(modeltest.Runner(t, files))
	for name := range nets {
		definition := strings.NewReplacer("BLOCK", "roboflow_object_detection_model@v3", "MORE", "", "MODEL", name).Replace(classifying)
		data := picture(sized(t, 128, 128))
		for _, result := range run(t, compile(t, definition), env, map[string]any{"image": []any{data, data}}) {
			if diff := cmp.Diff([]string{"64 48 64 64 dog 1 0.75"}, described(result["out"])); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// described are the boxes of a result: centre, size, class, score.
func described(out any) []string {
	var lines []string
	for _, row := range out.(map[string]any)["predictions"].(map[string]any)["predictions"].([]any) {
		r := row.(map[string]any)
		lines = append(lines, fmt.Sprintf("%v %v %v %v %v %v %.2f", r["x"], r["y"], r["width"], r["height"], r["class"], r["class_id"], r["confidence"]))
	}
	return lines
}

// A net with masks, key points or classes of pixels has outputs that can be computed by hand,
// on a picture of twice its size.
func TestMasksPointsAndRegions(t *testing.T) {
	t.Parallel()
	// The left half of the prototype is 1, the right half -1.
	halves := filled(256, func(i int) float32 { return 1 - 2*float32(i%16/8) })
	nan, sharp := float32(math.NaN()), float32(math.Log(2048)/2)
	box := []float32{32, 32, 32, 32, 0.75}
	// The box from 16,16 to 48,48 of the input. Its left half is from 32,32 to 63,95 on the
	// picture, both ends included. Interpolation between cells of 8 pixels rounds its
	// corners.
	left := []any{"35 32", "60 32", "63 35", "63 92", "60 95", "35 95", "32 92", "32 35"}
	nets := map[string]struct {
		net                        workertest.Graph
		block, task, more, details string
		want                       []string
		outline                    []any
	}{
		"yolov8 masks": {
			constant(tensor{"output0", []int64{1, 7, 84}, columns(7, 84, append(box, 10, nan), nil)}, tensor{"output1", []int64{1, 2, 16, 16}, append(halves, halves...)}),
			"roboflow_instance_segmentation_model@v3", "instance-segmentation", "", "", nil, nil,
		},
		"yolov8 mask of the left": {
			constant(tensor{"output0", []int64{1, 7, 84}, columns(7, 84, append(box, 10, 0), nil)}, tensor{"output1", []int64{1, 2, 16, 16}, append(halves, halves...)}),
			"roboflow_instance_segmentation_model@v1", "instance-segmentation", `, "confidence": 0.5`, "",
			[]string{"64 64 64 64 thing 0 0.75"},
			left,
		},
		"yolov5 mask": {
			constant(tensor{"output0", []int64{1, 252, 8}, lines(252, 8, []float32{32, 32, 32, 32, 1, 0.75, 10, 10})}, tensor{"output1", []int64{1, 2, 16, 16}, append(halves, halves...)}),
			"roboflow_instance_segmentation_model@v2", "instance-segmentation", "", "",
			[]string{"64 64 64 64 thing 0 0.75"},
			left,
		},
		"rf-detr mask": {
			constant(
				tensor{"dets", []int64{1, 2, 4}, []float32{0.5, 0.5, 0.5, 0.5, nan, nan, nan, nan}}, tensor{"labels", []int64{1, 2, 1}, []float32{float32(math.Log(3)), -9}},
				tensor{"masks", []int64{1, 2, 16, 16}, filled(512, func(i int) float32 {
					if x, y := i%16, i/16; x >= 4 && x < 8 && y >= 4 && y < 12 {
						return 5
					}
					return -5
				})}),
			"roboflow_instance_segmentation_model@v3", "instance-segmentation", "", "",
			[]string{"64 64 64 64 thing 0 0.75"},
			left,
		},
		"points": {
			constant(tensor{"output0", []int64{1, 11, 84}, columns(11, 84, append(box, 20, 30, 0.9, 40, 50, 0.1))}),
			"roboflow_keypoint_detection_model@v3", "keypoint-detection", `, "keypoint_confidence": 0.5`,
			`[{"object_class_id": 0, "keypoints": {"0": "head", "1": "tail"}}]`,
			[]string{"64 64 64 64 thing 0 0.75"},
			[]any{"head 40 60"},
		},
		// The score of the object is 0.75. Each point has the precision 2048 on both axes, so the
		// mean squared error is 1/1024, whose fifth root is 1/4: 3/(1+3) is 0.75 again.
		"rf-detr points": {
			constant(
				tensor{"dets", []int64{1, 2, 4}, []float32{0.5, 0.5, 0.5, 0.5, nan, nan, nan, nan}},
				tensor{"labels", []int64{1, 2, 2}, []float32{float32(math.Log(3)), -60, 9, nan}},
				tensor{"keypoints", []int64{1, 2, 4, 8}, lines(8, 8,
					[]float32{20. / 64, 30. / 64, 2, nan, sharp, 0, sharp, nan}, []float32{40. / 64, 50. / 64, -9, nan, sharp, 0, sharp, nan},
					nil, nil, []float32{nan, nan, nan, nan, nan, nan, nan, nan}, nil, nil, []float32{0, 0, 0, 0, -999, 0, 999, 0})}),
			"roboflow_keypoint_detection_model@v3", "keypoint-detection", `, "keypoint_confidence": 0.5`,
			`[{"object_class_id": 0, "keypoints": {"0": "head", "1": "tail"}}]`,
			[]string{"64 64 64 64 thing 0 0.75"},
			[]any{"head 40 60"},
		},
		"pixels": {
			constant(tensor{"output0", []int64{1, 2, 2, 2}, []float32{0, 0, 0, 0, 9, -9, 9, -9}}),
			"roboflow_semantic_segmentation_model@v2", "semantic-segmentation", "", "",
			[]string{"96 64 64 128 thing 0 0.96"},
			nil,
		},
	}
	files := modeltest.Files{}
	for name, n := range nets {
		files[name] = packed(t, n.net, map[string]string{
			"class_names.txt": "thing\nbackground\n", "model_config.json": `{"task_type": "` + n.task + `"}`, "keypoints_metadata.json": orEmpty(n.details),
		})
	}
	env, _ := newEnv(modeltest.Runner(t, files))
	for name, n := range nets {
		definition := strings.NewReplacer("BLOCK", n.block, "MORE", n.more, "MODEL", name).Replace(classifying)
		out := run(t, compile(t, definition), env, map[string]any{"image": picture(sized(t, 128, 128))})[0]["out"]
		if diff := cmp.Diff(n.want, described(out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(n.outline, outline(out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func orEmpty(list string) string {
	if list != "" {
		return list
	}
	return "[]"
}

// outline are the points or key points of the first row.
func outline(out any) []any {
	var found []any
	rows := out.(map[string]any)["predictions"].(map[string]any)["predictions"].([]any)
	if len(rows) == 0 {
		return nil
	}
	r := rows[0].(map[string]any)
	points, _ := r["points"].([]any)
	for _, p := range points {
		found = append(found, fmt.Sprint(p.(map[string]any)["x"], " ", p.(map[string]any)["y"]))
	}
	keypoints, _ := r["keypoints"].([]any)
	for _, p := range keypoints {
		k := p.(map[string]any)
		found = append(found, fmt.Sprint(k["class"], " ", k["x"], " ", k["y"]))
	}
	return found
}
