package models

import (
	"strconv"
	"strings"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// publicWorkspace is the workspace whose public models need no workspace in their ID.
const publicWorkspace = "operator"

// Name is a parsed "workspaces/{ws}/models/{model}".
type Name struct{ Workspace, Model string }

// String is the resource name.
func (n Name) String() string { return resource.Workspace(n.Workspace) + "/models/" + n.Model }

// VersionName is a parsed "workspaces/{ws}/models/{model}/versions/{n}".
type VersionName struct {
	Name
	Number int64
}

// String is the resource name.
func (n VersionName) String() string {
	return n.Name.String() + "/versions/" + strconv.FormatInt(n.Number, 10)
}

// parseName splits a name. The proto rules have checked its form.
func parseName(name string) (Name, error) {
	workspace, model, ok := resource.Split(name, "models")
	if !ok {
		return Name{}, notFound()
	}
	return Name{workspace, model}, nil
}

// ParseVersion splits the name of a version. The proto rules have checked its form.
func ParseVersion(name string) (VersionName, error) {
	parts := strings.Split(name, "/")
	if len(parts) != 6 {
		return VersionName{}, notFound()
	}
	number, err := strconv.ParseInt(parts[5], 10, 32)
	if err != nil {
		return VersionName{}, notFound()
	}
	return VersionName{Name{parts[1], parts[3]}, number}, nil
}

// candidates are the versions that a model ID of a definition may mean. The first that exists wins:
// "ws/model/3", "model/3" (the owner's, else a public one), "model" (its newest version; the
// owner's, else a public one). Number 0 is the newest. An ID of another form means nothing.
func candidates(id, owner string) []VersionName {
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
		return []VersionName{{Name{parts[0], parts[1]}, number}}
	}
	return []VersionName{{Name{owner, parts[0]}, number}, {Name{publicWorkspace, parts[0]}, number}}
}

// notFound is the error for a model that does not exist, and for one of another workspace.
func notFound() *errs.Error {
	return errs.NotFound("model not found, or not in your workspace").WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND)
}
