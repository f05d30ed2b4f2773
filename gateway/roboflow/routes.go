package roboflow

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/keyhole-dev/keyhole/gateway/roboflow/prediction"
)

// route answers one method of one path.
type route struct {
	answer func(ctx context.Context, x *exchange) (any, error)
	// open routes answer callers without a key too.
	open bool
	// document: the body is a step or a definition. Its api_key is a field of that.
	document bool
}

// methods are the routes of one path.
type methods map[string]route

// routesOf returns the routes of a path other than the runs of workflows.
func routesOf(parts []string) methods {
	switch strings.Join(parts, "/") {
	case "":
		return methods{http.MethodGet: {answer: whose}, http.MethodPost: {answer: whose}}
	case "info":
		return methods{http.MethodGet: {answer: info, open: true}}
	case "model/registry":
		return methods{http.MethodGet: {answer: registry}}
	case "model/add":
		return methods{http.MethodPost: {answer: addModel}}
	case "model/remove", "model/clear":
		// Nothing is kept loaded. The clients send no key here.
		return methods{http.MethodPost: {answer: removeModel, open: true}}
	case "workflows/blocks/describe":
		return methods{http.MethodGet: {answer: describeBlocks, open: true}, http.MethodPost: {answer: describeBlocks, open: true}}
	case "workflows/definition/schema":
		return methods{http.MethodGet: {answer: definitionSchema, open: true}}
	case "workflows/execution_engine/versions":
		return methods{http.MethodGet: {answer: engineVersions, open: true}}
	case "workflows/blocks/dynamic_outputs":
		return methods{http.MethodPost: {answer: stepOutputs, document: true}}
	case "workflows/validate":
		return methods{http.MethodPost: {answer: validate, document: true}}
	case "workflows/describe_interface":
		return methods{http.MethodPost: {answer: describeInterface}}
	}
	return routesIn(parts)
}

// ownWords are first segments that are no workspace and no model of this contract.
var ownWords = []string{"infer", "workflows", "model", "s", "info"}

// routesIn returns the routes below a workspace or a model.
func routesIn(parts []string) methods {
	first, n := parts[0], len(parts)
	switch {
	case first == "infer" && n == 2 && prediction.Supports(prediction.TaskOf(parts[1])):
		return methods{http.MethodPost: {answer: inferV1}}
	case slices.Contains(ownWords, first):
		return nil
	case n == 1:
		return methods{http.MethodGet: {answer: workspace}}
	case n == 2 && isNumber(parts[1]):
		return methods{http.MethodPost: {answer: inferV0}}
	case n == 3 && parts[1] == "workflows":
		return methods{http.MethodGet: {answer: getWorkflow}, http.MethodDelete: {answer: deleteWorkflow}}
	case n == 4 && parts[1] == "workflows" && parts[3] == "versions":
		return methods{http.MethodGet: {answer: listVersions}}
	case n == 4 && parts[1] == "workflows" && parts[3] == "describe_interface":
		return methods{http.MethodPost: {answer: describeSaved}}
	}
	switch strings.Join(parts[1:], "/") {
	case "workflows":
		return methods{http.MethodGet: {answer: listWorkflows}}
	case "createWorkflow":
		return methods{http.MethodPost: {answer: createWorkflow}}
	case "updateWorkflow":
		return methods{http.MethodPost: {answer: updateWorkflow}}
	case "forkWorkflow":
		return methods{http.MethodPost: {answer: forkWorkflow}}
	case "workflowToken":
		return methods{http.MethodPost: {answer: workflowToken}}
	case "trash":
		return methods{http.MethodGet: {answer: listTrash}}
	case "trash/restore":
		return methods{http.MethodPost: {answer: restoreTrash}}
	}
	return nil
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 9 && strings.Trim(s, "0123456789") == ""
}

// allowOf lists the methods of a path, for the header Allow.
func allowOf(m methods, alsoPost bool) string {
	var all []string
	for name := range m {
		all = append(all, name)
	}
	if alsoPost && !slices.Contains(all, http.MethodPost) {
		all = append(all, http.MethodPost)
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
