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

// candidate is a place where the meaning of an ID is looked up: the aliases of a workspace,
// and then a model. Either may be empty.
type candidate struct {
	aliases string
	model   VersionName
}

// candidates returns the places to look up an ID of a definition. The first that has a
// meaning wins: the owner's aliases, the model "ws/model/3", the owner's "model/3" or
// "model", and then the operator's aliases and models. Number 0 is the newest version. A
// resource name has one meaning. An ID of another form can only be an alias.
func candidates(id, owner string) []candidate {
	if n, ok := resourceName(id); ok {
		return []candidate{{model: n}}
	}
	own, operators := candidate{aliases: owner}, candidate{aliases: publicWorkspace}
	if n, ok := shortName(id); ok {
		own.model = n
		if n.Workspace == "" {
			own.model.Workspace, operators.model = owner, n
			operators.model.Workspace = publicWorkspace
		}
	}
	if owner == publicWorkspace {
		return []candidate{own}
	}
	return []candidate{own, operators}
}

// shortName parses "ws/model/3", "model/3" and "model".
func shortName(id string) (VersionName, bool) {
	parts := strings.Split(id, "/")
	if len(parts) > 3 || parts[0] == "" {
		return VersionName{}, false
	}
	var number int64
	if len(parts) > 1 {
		n, err := strconv.ParseInt(parts[len(parts)-1], 10, 32)
		if err != nil || n < 1 {
			return VersionName{}, false
		}
		number = n
	}
	if len(parts) == 3 {
		return VersionName{Name{parts[0], parts[1]}, number}, true
	}
	return VersionName{Name{"", parts[0]}, number}, true
}

// resourceName parses the resource name of a model or of a version.
func resourceName(id string) (VersionName, bool) {
	model, number, versioned := strings.Cut(id, "/versions/")
	workspace, name, ok := resource.Split(model, "models")
	if !ok || !versioned {
		return VersionName{Name{workspace, name}, 0}, ok
	}
	n, err := strconv.ParseInt(number, 10, 32)
	return VersionName{Name{workspace, name}, n}, err == nil && n > 0
}

// notFound is the error for a model that does not exist, and for one of another workspace.
func notFound() *errs.Error {
	return errs.NotFound("model not found, or not in your workspace").WithReason(errorsv1.Reason_REASON_MODEL_NOT_FOUND)
}
