package prediction_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/gateway/roboflow/prediction"
)

type object = map[string]any

// written are the steps of the workflow of a call, by their block without the name of its
// plugin.
func written(t *testing.T, call prediction.Call) (steps map[string]object, outputs []any) {
	t.Helper()
	raw, err := call.Definition()
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Steps   []object
		Outputs []object
	}
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	steps = map[string]object{}
	for _, s := range d.Steps {
		kind := s["type"].(string)[len("roboflow_core/"):]
		delete(s, "type")
		delete(s, "name")
		steps[kind] = s
	}
	for _, o := range d.Outputs {
		outputs = append(outputs, o["selector"])
	}
	return steps, outputs
}

// Options reach only a block that has them, and each drawing is on the picture of the one
// before it.
func TestTheQueryOfAClient(t *testing.T) {
	t.Parallel()
	query, err := url.ParseQuery("format=image_and_json&confidence=30&overlap=0.5&max_detections=7&keypoint_confidence=0.2&tradeoff_factor=0.5&mask_decode_mode=fast&stroke=4&labels=true&classes=cat,dog")
	if err != nil {
		t.Fatal(err)
	}
	options, format, err := prediction.FromQuery(query)
	if err != nil || format != prediction.ImageAndJSON {
		t.Fatal(format, err)
	}
	boxes := object{"images": "$inputs.image", "model_id": "m/1", "confidence": 0.3, "iou_threshold": 0.5, "max_detections": 7.0, "class_filter": []any{"cat", "dog"}}
	with := func(more object) object {
		all := object{}
		for _, m := range []object{boxes, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	draw := func(on string, more object) object {
		more["image"], more["predictions"] = on, "$steps.model.predictions"
		return more
	}
	first, second := "$steps.draw_a.image", "$steps.draw_b.image"
	for task, want := range map[string]map[string]object{
		"object-detection": {
			"roboflow_object_detection_model@v2": boxes, "bounding_box_visualization@v1": draw("$inputs.image", object{"thickness": 4.0}),
			"label_visualization@v1": draw(first, object{"text": "Class and Confidence"}),
		},
		"instance-segmentation": {
			"roboflow_instance_segmentation_model@v2": with(object{"mask_decode_mode": "fast", "tradeoff_factor": 0.5}),
			"mask_visualization@v1":                   draw("$inputs.image", object{}), "bounding_box_visualization@v1": draw(first, object{"thickness": 4.0}),
			"label_visualization@v1": draw(second, object{"text": "Class and Confidence"}),
		},
		"keypoint-detection": {
			"roboflow_keypoint_detection_model@v2": with(object{"keypoint_confidence": 0.2}),
			"bounding_box_visualization@v1":        draw("$inputs.image", object{"thickness": 4.0}), "keypoint_visualization@v1": draw(first, object{"annotator_type": "vertex", "radius": 6.0}),
			"label_visualization@v1": draw(second, object{"text": "Class and Confidence"}),
		},
		"multi-label-classification": {
			"roboflow_multi_label_classification_model@v2": {"images": "$inputs.image", "model_id": "m/1", "confidence": 0.3},
			"classification_label_visualization@v1":        draw("$inputs.image", object{"text": "Class and Confidence"}),
		},
	} {
		steps, outputs := written(t, prediction.Call{Model: "m/1", Task: task, Options: options})
		if diff := cmp.Diff(want, steps); diff != "" {
			t.Errorf("%s (-want +got):\n%s", task, diff)
		}
		if last := "$steps.draw_" + string(rune('a'+len(want)-2)) + ".image"; outputs[2] != last {
			t.Errorf("%s shows %v, not the last drawing", task, outputs[2])
		}
	}
}

func TestTheBodyOfAClient(t *testing.T) {
	t.Parallel()
	var body prediction.Body
	if err := json.Unmarshal([]byte(`{"confidence": "best", "iou_threshold": 0.2, "keypoint_confidence": 0.1, "response_mask_format": "rle"}`), &body); err != nil {
		t.Fatal(err)
	}
	options, err := body.Options()
	if err != nil {
		t.Fatal(err)
	}
	call := prediction.Call{Model: "m", Task: "instance-segmentation", Image: []byte(`[{}]`), Options: options}
	steps, outputs := written(t, call)
	want := map[string]object{"roboflow_instance_segmentation_model@v4": {"images": "$inputs.image", "model_id": "m", "iou_threshold": 0.2, "confidence_mode": "default"}}
	if diff := cmp.Diff(want, steps); diff != "" || len(outputs) != 2 {
		t.Errorf("the workflow has %d outputs (-want +got):\n%s", len(outputs), diff)
	}
	answer, err := call.Answer([]byte(`[{"predictions": {"image": {"width": 8}, "predictions": [{"x": 1.0, "rle_mask": {"counts": "a"}}]}, "inference_id": "i"}]`), time.Second)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(answer)
	if err != nil || string(text) != `[{"image":{"width":8},"inference_id":"i","predictions":[{"mask_format":"rle","rle":{"counts":"a"},"x":1.0}],"time":1}]` {
		t.Errorf("the answer is %s, %v", text, err)
	}
}

func TestWhatIsNotAnOption(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"format=pdf", "stroke=101", "stroke=-1", "stroke=NaN", "confidence=x", "overlap=Inf", "max_detections=1e7", "response_mask_format=png"} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := prediction.FromQuery(values); err == nil {
			t.Errorf("%s is accepted", query)
		}
	}
	wide := int64(1000)
	if _, err := (&prediction.Body{Stroke: &wide}).Options(); err == nil {
		t.Error("lines of 1000 pixels are accepted")
	}
	for _, answer := range []any{nil, []any{}, object{}, object{"visualization": "%"}} {
		if _, err := prediction.JPEG(answer); err == nil {
			t.Errorf("%v has a picture", answer)
		}
	}
}
