package roboflow

import (
	"context"
	"fmt"

	"github.com/keyhole-dev/keyhole/gateway/roboflow/prediction"
	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// described is a model in the registry of Roboflow's server.
type described struct {
	ModelID     string   `json:"model_id"`
	TaskType    string   `json:"task_type"`
	BatchSize   *int     `json:"batch_size"`
	InputHeight *int     `json:"input_height"`
	InputWidth  *int     `json:"input_width"`
	Aliases     []string `json:"request_aliases"`
}

// registry lists the models of the caller's workspace. Nothing needs loading in Keyhole:
// what the workspace has, it can use.
func registry(ctx context.Context, x *exchange) (any, error) {
	all, err := x.models(ctx)
	return object{"models": all}, err
}

func (x *exchange) models(ctx context.Context) ([]described, error) {
	all := []described{}
	for token := ""; ; {
		page, err := x.Registry.ListModels(ctx, &registryv1.ListModelsRequest{
			Parent: "workspaces/" + x.caller.Workspace, PageSize: pageSize, PageToken: token,
		})
		if err != nil {
			return nil, err
		}
		for _, m := range page.GetModels() {
			if m.GetLatestVersion() > 0 {
				all = append(all, described{ModelID: fmt.Sprintf("%s/%d", idOf(m.GetName()), m.GetLatestVersion()), TaskType: prediction.RegistryTask(m.GetTask()), Aliases: []string{}})
			}
		}
		if token = page.GetNextPageToken(); token == "" || len(all) >= maxListed {
			return all, nil
		}
	}
}

// addModel answers with the registry and the model in it, if the caller can use it.
func addModel(ctx context.Context, x *exchange) (any, error) {
	id, err := x.modelID()
	if err != nil {
		return nil, err
	}
	all, err := x.models(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		if m.ModelID == id {
			return object{"models": all}, nil
		}
	}
	task, err := x.usable(ctx, id)
	if err != nil {
		return nil, err
	}
	return object{"models": append(all, described{ModelID: id, TaskType: prediction.RegistryTask(task), Aliases: []string{}})}, nil
}

// modelID reads the model that the body names.
func (x *exchange) modelID() (string, error) {
	var body struct {
		ModelID string `json:"model_id"`
	}
	if err := x.read(&body); err != nil {
		return "", err
	}
	switch {
	case body.ModelID == "":
		return "", required("model_id", "the id of the model, \"project/version\"")
	case !modelID.MatchString(body.ModelID):
		return "", errs.InvalidArgument("a model is named \"project/version\"").Field("model_id", "not the name of a model")
	}
	return body.ModelID, nil
}

// removeModel answers with the registry. It removes nothing: the clients mean the memory of
// the server, and a model is deleted at DELETE /v1/workspaces/{ws}/models/{model}.
func removeModel(ctx context.Context, x *exchange) (any, error) {
	if !x.caller.Kind.OfWorkspace() {
		return object{"models": []described{}}, nil
	}
	return registry(ctx, x)
}

// usable returns the task of a model that the workspace can use under this id.
func (x *exchange) usable(ctx context.Context, id string) (string, error) {
	task, err := x.taskOf(ctx, id)
	if err != nil {
		return "", err
	}
	if !prediction.Supports(task) {
		return task, nil // it is in the registry; workflows use it
	}
	definition, err := prediction.Call{Model: id, Task: task}.Definition()
	if err != nil {
		return "", err
	}
	seen, err := x.Sharing.InspectDefinition(ctx, &sharingv1.InspectDefinitionRequest{Parent: "workspaces/" + x.caller.Workspace, Definition: definition})
	if err != nil {
		return "", err
	}
	for _, m := range seen.GetModels() {
		if m.GetMissing() {
			return "", errs.NotFound("%s", m.GetAdvice())
		}
	}
	return task, nil
}
