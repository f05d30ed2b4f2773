package roboflow

import (
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// tasks maps the task of a model to the block that runs it.
var tasks = map[string]string{
	"object-detection":           "roboflow_core/roboflow_object_detection_model@v2",
	"classification":             "roboflow_core/roboflow_classification_model@v2",
	"multi-label-classification": "roboflow_core/roboflow_multi_label_classification_model@v2",
	"instance-segmentation":      "roboflow_core/roboflow_instance_segmentation_model@v2",
	"keypoint-detection":         "roboflow_core/roboflow_keypoint_detection_model@v2",
	"keypoints-detection":        "roboflow_core/roboflow_keypoint_detection_model@v2", // as the path has it
}

const (
	detection      = "object-detection"
	classification = "classification"
)

// inference is one call of a model. It is run as a workflow of one step, so that rights,
// limits and charges are those of every run.
type inference struct {
	model, task string
	image       json.RawMessage
	options     object
}

var modelID = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,80}(/[A-Za-z0-9_.-]{1,80}){0,2}$`)

// inferV0 answers POST /{project}/{version}.
func inferV0(ctx context.Context, x *exchange) (any, error) {
	image, err := pictureOf(x.request, x.body.Bytes)
	if err != nil {
		return nil, err
	}
	if format := x.query("format"); format != "" && format != "json" {
		return nil, errs.InvalidArgument("only format=json is supported; to draw predictions on the picture, use a workflow").Field("format", "must be json")
	}
	options, err := x.legacyOptions()
	if err != nil {
		return nil, err
	}
	model := x.path[0] + "/" + x.path[1]
	task, err := x.taskOf(ctx, model)
	if err != nil {
		return nil, err
	}
	return x.infer(ctx, inference{model: model, task: task, image: image, options: options})
}

// inferV1 answers POST /infer/{task}.
func inferV1(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		ModelID       string          `json:"model_id"`
		Image         json.RawMessage `json:"image"`
		Confidence    json.RawMessage `json:"confidence"`
		IOU           *float64        `json:"iou_threshold"`
		MaxDetections *int64          `json:"max_detections"`
		MaxCandidates *int64          `json:"max_candidates"`
		ClassFilter   []string        `json:"class_filter"`
		Agnostic      *bool           `json:"class_agnostic_nms"`
	}
	if err := x.read(&body); err != nil {
		return nil, err
	}
	switch {
	case body.ModelID == "":
		return nil, required("model_id", "the id of the model, \"project/version\"")
	case len(body.Image) == 0 || string(body.Image) == "null":
		return nil, required("image", `a picture {"type": "base64", "value": ...}, or a list of them`)
	}
	options := object{}
	var confidence float64
	if json.Unmarshal(body.Confidence, &confidence) == nil && len(body.Confidence) > 0 { // "best" and "default" are the block's own
		options["confidence"] = confidence
	}
	set(options, "iou_threshold", body.IOU)
	set(options, "max_detections", body.MaxDetections)
	set(options, "max_candidates", body.MaxCandidates)
	set(options, "class_agnostic_nms", body.Agnostic)
	if body.ClassFilter != nil {
		options["class_filter"] = body.ClassFilter
	}
	task := strings.ReplaceAll(x.path[1], "_", "-")
	if task == classification { // the path has one word for both kinds
		own, err := x.taskOf(ctx, body.ModelID)
		if err != nil {
			return nil, err
		}
		if strings.Contains(own, classification) {
			task = own
		}
	}
	return x.infer(ctx, inference{model: body.ModelID, task: task, image: body.Image, options: options})
}

func set[T any](options object, name string, v *T) {
	if v != nil {
		options[name] = *v
	}
}

// legacyOptions reads the query of v0. Confidence and overlap may be percentages there.
func (x *exchange) legacyOptions() (object, error) {
	options := object{}
	for name, field := range map[string]string{"confidence": "confidence", "overlap": "iou_threshold", "max_detections": "max_detections"} {
		text := x.query(name)
		if text == "" || text == "best" || text == "default" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n >= 0 && n <= 1e6) {
			return nil, errs.InvalidArgument("the parameter %s must be a number", name).Field(name, "not a number")
		}
		switch {
		case field == "max_detections":
			options[field] = int64(n)
		case n >= 1:
			options[field] = n / 100
		default:
			options[field] = n
		}
	}
	if classes := x.query("classes"); classes != "" {
		options["class_filter"] = strings.Split(classes, ",")
	}
	if agnostic, err := strconv.ParseBool(x.query("class_agnostic_nms")); err == nil {
		options["class_agnostic_nms"] = agnostic
	}
	return options, nil
}

// taskOf returns the task of a model of the caller's workspace, or of one that an alias of
// the workspace means. Any other name may be an alias of the operator, which the run
// resolves: it is taken for a detector.
func (x *exchange) taskOf(ctx context.Context, model string) (string, error) {
	id, _, _ := strings.Cut(model, "/")
	if !segment.MatchString(id) || id != strings.ToLower(id) {
		return x.aliasTask(ctx, model)
	}
	found, err := x.Registry.GetModel(ctx, &registryv1.GetModelRequest{Name: "workspaces/" + x.caller.Workspace + "/models/" + id})
	switch {
	case errs.CodeOf(err) == codes.NotFound, errs.CodeOf(err) == codes.InvalidArgument:
		return x.aliasTask(ctx, model)
	case err != nil:
		return "", err
	}
	return found.GetTask(), nil
}

func (x *exchange) aliasTask(ctx context.Context, model string) (string, error) {
	if !modelID.MatchString(model) {
		return detection, nil
	}
	found, err := x.Registry.GetModelAlias(ctx, &registryv1.GetModelAliasRequest{
		Name: "workspaces/" + x.caller.Workspace + "/modelAliases/" + strings.ReplaceAll(model, "/", "~"),
	})
	switch {
	case errs.CodeOf(err) == codes.NotFound, errs.CodeOf(err) == codes.InvalidArgument, err == nil && found.GetTask() == "":
		return detection, nil
	case err != nil:
		return "", err
	}
	return found.GetTask(), nil
}

// infer runs the workflow of one step, and answers as a model.
func (x *exchange) infer(ctx context.Context, call inference) (any, error) {
	block, ok := tasks[call.task]
	switch {
	case !modelID.MatchString(call.model):
		return nil, errs.InvalidArgument("a model is named \"project/version\"").Field("model_id", "not the name of a model")
	case !ok:
		return nil, errs.InvalidArgument("models for %q run only inside a workflow; add a step for the model and send it to POST /workflows/run", call.task).Field("model_id", "of another task")
	}
	definition, err := json.Marshal(oneStep(block, call))
	if err != nil {
		return nil, errs.Internal("the request cannot be written").Because(err)
	}
	inputs, err := json.Marshal(object{"image": call.image})
	if err != nil {
		return nil, errs.InvalidArgument("image must be a picture, or a list of them").Field("image", "not JSON")
	}
	start := time.Now()
	done, err := x.Runner.ExecuteJSON(ctx, &runnerinternalv1.ExecuteJSONRequest{
		Target: &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: definition}, Inputs: inputs,
	})
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_MODEL_NOT_FOUND:
		return nil, errs.NotFound("there is no model %q in your workspace; upload it, or give one of your models this name", call.model).
			WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND).Because(err)
	case errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED:
		return nil, errs.New(codes.Unimplemented, errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED, "models for %s are not supported", call.task).Because(err)
	}
	if err != nil {
		return nil, err
	}
	return predictions(done.GetOutputs(), time.Since(start), call.image)
}

func oneStep(block string, call inference) object {
	step := object{"type": block, "name": "model", "images": "$inputs.image", "model_id": call.model}
	for name, v := range call.options {
		if name == "confidence" || !strings.Contains(call.task, classification) {
			step[name] = v
		}
	}
	output := func(name string) object {
		return object{"type": "JsonField", "name": name, "selector": "$steps.model." + name}
	}
	return object{
		"version": "1.0", "inputs": []any{object{"type": "WorkflowImage", "name": "image"}}, "steps": []any{step},
		"outputs": []any{output("predictions"), output("inference_id")},
	}
}

// predictions turns the outputs of the workflow into the answer of a model: one object, or a
// list of them for a list of pictures. Numbers keep their text.
func predictions(outputs []byte, took time.Duration, image json.RawMessage) (any, error) {
	var rows []struct {
		Predictions map[string]json.RawMessage `json:"predictions"`
		InferenceID json.RawMessage            `json:"inference_id"`
	}
	if err := json.Unmarshal(outputs, &rows); err != nil {
		return nil, errs.Internal("the model's answer cannot be read").Because(err)
	}
	all := make([]any, len(rows))
	for i, row := range rows {
		one := object{"inference_id": row.InferenceID, "time": took.Seconds()}
		for name, v := range row.Predictions {
			one[name] = v
		}
		all[i] = one
	}
	if image = json.RawMessage(strings.TrimSpace(string(image))); len(all) == 1 && image[0] != '[' {
		return all[0], nil
	}
	return all, nil
}
