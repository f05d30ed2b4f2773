package registry

import (
	"strconv"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// public is the workspace whose public models need no workspace in their id.
const public = "operator"

// modelName is a parsed "workspaces/{ws}/models/{model}".
type modelName struct{ workspace, model string }

// String is the resource name.
func (n modelName) String() string { return "workspaces/" + n.workspace + "/models/" + n.model }

// versionName is a parsed "workspaces/{ws}/models/{model}/versions/{n}".
type versionName struct {
	modelName
	number int64
}

// String is the resource name.
func (n versionName) String() string {
	return n.modelName.String() + "/versions/" + strconv.FormatInt(n.number, 10)
}

func workspaceOf(parent string) string { return strings.TrimPrefix(parent, "workspaces/") }

// parseModel splits a name whose form the contract has checked.
func parseModel(name string) (modelName, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 {
		return modelName{}, noModel()
	}
	return modelName{parts[1], parts[3]}, nil
}

func parseVersion(name string) (versionName, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 6 {
		return versionName{}, noModel()
	}
	number, err := strconv.ParseInt(parts[5], 10, 32)
	if err != nil {
		return versionName{}, noModel()
	}
	return versionName{modelName{parts[1], parts[3]}, number}, nil
}

// noModel is the one answer to what does not exist and what is not the caller's.
func noModel() *errs.Error {
	return errs.NotFound(errorsv1.Reason_REASON_MODEL_NOT_FOUND, "there is no such model here, or it is not yours")
}

// candidates are the versions that a model id of a definition may mean, the first
// that exists winning: "ws/model/3", "model/3" (the owner's, else a public one),
// "model" (its newest version; the owner's, else a public one). Number 0 is the
// newest. An id of another form names nothing.
func candidates(id, owner string) []versionName {
	parts := strings.Split(id, "/")
	if len(parts) > 3 || parts[0] == "" {
		return nil
	}
	var number int64
	if len(parts) > 1 {
		n, err := strconv.ParseInt(parts[len(parts)-1], 10, 32)
		if err != nil || n < 1 {
			return nil
		}
		number = n
	}
	if len(parts) == 3 {
		return []versionName{{modelName{parts[0], parts[1]}, number}}
	}
	return []versionName{{modelName{owner, parts[0]}, number}, {modelName{public, parts[0]}, number}}
}
