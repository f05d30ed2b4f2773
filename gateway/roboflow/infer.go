package roboflow

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/gateway/roboflow/prediction"
	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

var modelID = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,80}(/[A-Za-z0-9_.-]{1,80}){0,2}$`)

// inferV0 answers POST /{project}/{version}.
func inferV0(ctx context.Context, x *exchange) (any, error) {
	image, err := pictureOf(x.request, x.body.Bytes)
	if err != nil {
		return nil, err
	}
	options, format, err := prediction.FromQuery(x.request.URL.Query())
	if err != nil {
		return nil, err
	}
	model := x.path[0] + "/" + x.path[1]
	task, err := x.taskOf(ctx, model)
	if err != nil {
		return nil, err
	}
	answer, err := x.infer(ctx, prediction.Call{Model: model, Task: task, Image: image, Options: options})
	if err != nil || format != prediction.Picture {
		return answer, err
	}
	raw, err := prediction.JPEG(answer)
	if err != nil {
		return nil, err
	}
	return jpeg(raw), nil
}

// inferV1 answers POST /infer/{task}.
func inferV1(ctx context.Context, x *exchange) (any, error) {
	var body struct {
		prediction.Body
		ModelID string          `json:"model_id"`
		Image   json.RawMessage `json:"image"`
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
	options, err := body.Options()
	if err != nil {
		return nil, err
	}
	task := prediction.TaskOf(x.path[1])
	if task == prediction.Classification { // the path has one word for both kinds
		own, err := x.taskOf(ctx, body.ModelID)
		if err != nil {
			return nil, err
		}
		if strings.Contains(own, prediction.Classification) {
			task = own
		}
	}
	return x.infer(ctx, prediction.Call{Model: body.ModelID, Task: task, Image: body.Image, Options: options})
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
		return prediction.Detection, nil
	}
	found, err := x.Registry.GetModelAlias(ctx, &registryv1.GetModelAliasRequest{
		Name: "workspaces/" + x.caller.Workspace + "/modelAliases/" + strings.ReplaceAll(model, "/", "~"),
	})
	switch {
	case errs.CodeOf(err) == codes.NotFound, errs.CodeOf(err) == codes.InvalidArgument, err == nil && found.GetTask() == "":
		return prediction.Detection, nil
	case err != nil:
		return "", err
	}
	return found.GetTask(), nil
}

// infer runs the workflow of one step, and answers as a model.
func (x *exchange) infer(ctx context.Context, call prediction.Call) (any, error) {
	switch {
	case !modelID.MatchString(call.Model):
		return nil, errs.InvalidArgument("a model is named \"project/version\"").Field("model_id", "not the name of a model")
	case !prediction.Supports(call.Task):
		return nil, errs.InvalidArgument("models for %q run only inside a workflow; add a step for the model and send it to POST /workflows/run", call.Task).Field("model_id", "of another task")
	}
	definition, err := call.Definition()
	if err != nil {
		return nil, err
	}
	inputs, err := json.Marshal(object{"image": call.Image})
	if err != nil {
		return nil, errs.InvalidArgument("image must be a picture, or a list of them").Field("image", "not JSON")
	}
	start := time.Now()
	done, err := x.Runner.ExecuteJSON(ctx, &runnerinternalv1.ExecuteJSONRequest{
		Target: &runnerinternalv1.ExecuteJSONRequest_Definition{Definition: definition}, Inputs: inputs,
	})
	switch errs.ReasonOf(err) {
	case errorsv1.Reason_REASON_MODEL_NOT_FOUND:
		return nil, errs.NotFound("there is no model %q in your workspace; upload it, or give one of your models this name", call.Model).
			WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND).Because(err)
	case errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED:
		return nil, errs.New(codes.Unimplemented, errorsv1.Reason_REASON_BLOCK_NOT_SUPPORTED, "models for %s are not supported", call.Task).Because(err)
	}
	if err != nil {
		return nil, err
	}
	return call.Answer(done.GetOutputs(), time.Since(start))
}
