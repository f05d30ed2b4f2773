package runner_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"maps"
	"slices"
	"strings"
	"testing"

	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/modelworker/workertest"
	"github.com/keyhole-dev/keyhole/services/runner"
	"github.com/keyhole-dev/keyhole/services/runner/imaging"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest/schema"
)

// growing are fields of the blocks that need more memory than the pictures that come, where
// the example of the catalogue does not lead to the work that needs it.
var growing = map[string]map[string]any{
	"auto_rotate_on_edges@v1": nil, "background_subtraction@v1": nil, "grid_visualization@v1": {"images": []any{"$inputs.image", "$inputs.image"}},
	"halo_visualization@v1": nil, "halo_visualization@v2": nil, "heatmap_visualization@v1": nil, "icon_visualization@v1": nil,
	"identify_changes@v1": nil, "identify_outliers@v1": nil, "image_preprocessing@v1": {"task_type": "resize", "width": 1920, "height": 1080},
	"mask_edge_snap@v1": nil, "motion_detection@v1": nil, "path_deviation_analytics@v1": nil, "path_deviation_analytics@v2": nil,
	"perspective_correction@v1": {"warp_image": true}, "qr_code_generator@v1": nil, "sift@v1": nil,
	"sift_comparison@v1": {"descriptor_1": "$steps.points.descriptors", "descriptor_2": "$steps.points.descriptors"},
	"sift_comparison@v2": {"input_1": "$inputs.image", "input_2": "$inputs.image"}, "stitch_images@v1": nil, "template_matching@v1": {"template": "$inputs.icon"},
	"trackers_botsort@v1": nil, "depth_estimation@v1": {"model_version": "depth-anything-v2/small"},
	"roboflow_instance_segmentation_model@v1": {"model_id": "instance-segmentation"}, "roboflow_instance_segmentation_model@v2": {"model_id": "instance-segmentation"},
	"roboflow_instance_segmentation_model@v3": {"model_id": "instance-segmentation"}, "roboflow_instance_segmentation_model@v4": {"model_id": "instance-segmentation"},
	"roboflow_semantic_segmentation_model@v1": {"model_id": "semantic-segmentation"}, "roboflow_semantic_segmentation_model@v2": {"model_id": "semantic-segmentation"},
}

// Every block that needs more memory than its pictures runs under the limits of a server.
func TestBlocksThatGrowRunUnderTheLimitsOfAServer(t *testing.T) {
	t.Parallel()
	w := newHarnessWith(t, runner.Config{}, workertest.Pool(t), nil)
	for task, files := range tinyModels(t) {
		version := "workspaces/demo/models/" + task + "/versions/1"
		w.registry.artifacts[version] = files
		id := cmp.Or(map[string]string{"depth-estimation": "depth-anything-v2/small"}[task], task)
		w.sharing.answer.Models = append(w.sharing.answer.Models, &sharinginternalv1.RunModel{ModelId: id, Version: version})
	}
	given := growingInputs(t)
	for _, m := range manifest.Core().All() {
		name := strings.TrimPrefix(m.Type, "roboflow_core/")
		fields, listed := growing[name]
		if listed != m.Grows {
			t.Errorf("%s: its manifest says that it grows: %v; this test lists it: %v", name, m.Grows, listed)
		}
		if !listed {
			continue
		}
		step := schema.Example(m)
		maps.Copy(step, fields)
		step["name"] = "s"
		steps := []any{step}
		if strings.Contains(fmt.Sprint(step), "$steps.points") {
			steps = append(steps, map[string]any{"type": "roboflow_core/sift@v1", "name": "points", "image": "$inputs.image"})
		}
		definition := mustJSON(t, map[string]any{
			"version": "1.3.0", "steps": steps, "inputs": growingDeclared(fmt.Sprint(steps)),
			"outputs": []any{map[string]any{"type": "JsonField", "name": "out", "selector": "$steps.s.*"}},
		})
		w.sharing.set(func(p *sharingPeer) { p.definition = definition })
		in := map[string]any{}
		for kind, value := range given {
			if strings.Contains(string(definition), `"$inputs.`+kind+`"`) {
				in[kind] = value
			}
		}
		if _, err := w.shared(t, in); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// growingDeclared declares the inputs that a step names by their kinds.
func growingDeclared(step string) []any {
	declared := []any{}
	for _, kind := range slices.Sorted(maps.Keys(growingKinds)) {
		if !strings.Contains(step, "$inputs."+kind) {
			continue
		}
		declared = append(declared, map[string]any{"type": "WorkflowBatchInput", "name": kind, "kind": []string{growingKinds[kind]}})
	}
	return declared
}

var growingKinds = map[string]string{
	"image": "image", "icon": "image", "embedding": "embedding", "video_metadata": "video_metadata",
	"object_detection_prediction": "object_detection_prediction", "instance_segmentation_prediction": "instance_segmentation_prediction",
}

// growingInputs are values by their kinds.
func growingInputs(t *testing.T) map[string]any {
	t.Helper()
	size := map[string]any{"width": 640, "height": 480}
	box := map[string]any{
		"x": 100, "y": 100, "width": 80, "height": 80, "confidence": 0.9, "class": "thing", "class_id": 0, "detection_id": "d", "tracker_id": 1,
		"points": []any{map[string]any{"x": 60, "y": 60}, map[string]any{"x": 140, "y": 60}, map[string]any{"x": 140, "y": 140}, map[string]any{"x": 60, "y": 140}},
	}
	found := map[string]any{"image": size, "predictions": []any{box}}
	return map[string]any{
		"image": squares(t, 640, 480), "icon": squares(t, 64, 64), "embedding": []any{[]any{0.1, 0.2, 0.3}},
		"video_metadata":              map[string]any{"video_identifier": "v", "frame_number": 1, "frame_timestamp": "2026-01-01T00:00:00Z", "fps": 30},
		"object_detection_prediction": found, "instance_segmentation_prediction": found,
	}
}

// squares is a picture with corners.
func squares(t *testing.T, width, height int) map[string]any {
	t.Helper()
	page := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			v := uint8(40)
			if (x/37*x/37+y/29*3)%5 < 2 {
				v = 210
			}
			page.SetRGBA(x, y, color.RGBA{v, v, uint8(x), 255})
		}
	}
	encoded, err := imaging.NewCodec(imaging.Limits{}).EncodeJPEG(t.Context(), page, 90)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"type": "base64", "value": base64.StdEncoding.EncodeToString(encoded)}
}

// tinyModels are packages of models that return constants, by their tasks.
func tinyModels(t *testing.T) map[string][]byte {
	t.Helper()
	logits := make([]float32, 2*16*16)
	for i := range logits {
		logits[i] = 5
	}
	packages := map[string][]byte{}
	for task, outputs := range map[string]map[string]struct {
		shape []int64
		data  []float32
	}{
		"depth-estimation":      {"depth": {[]int64{1, 16, 16}, logits[:256]}},
		"semantic-segmentation": {"map": {[]int64{1, 2, 16, 16}, logits}},
		"instance-segmentation": {"dets": {[]int64{1, 2, 4}, []float32{0.5, 0.5, 0.5, 0.5, 0.2, 0.2, 0.1, 0.1}}, "labels": {[]int64{1, 2, 1}, []float32{3, 3}}, "masks": {[]int64{1, 2, 16, 16}, logits}},
	} {
		g := workertest.Graph{Floats: map[string][]float32{}, Int64s: map[string][]int64{}, Inputs: []workertest.Value{{Name: "images", Shape: []int64{1, 3, 64, 64}}}}
		for _, name := range slices.Sorted(maps.Keys(outputs)) {
			g.Floats["data "+name], g.Int64s["shape "+name] = outputs[name].data, outputs[name].shape
			g.Nodes = append(g.Nodes, workertest.Node{Op: "Reshape", In: []string{"data " + name, "shape " + name}, Out: []string{name}})
			g.Outputs = append(g.Outputs, workertest.Value{Name: name, Shape: outputs[name].shape})
		}
		layout := map[string]string{"depth-estimation": `, "layout": "nearness"`}[task]
		packages[task] = zipped(t, map[string]string{"weights.onnx": string(g.Encode()), "class_names.txt": "thing\nother\n", "model_config.json": `{"task_type": "` + task + `"` + layout + `}`})
	}
	return packages
}

func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range files {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
