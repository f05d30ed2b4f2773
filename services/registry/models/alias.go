package models

import (
	"regexp"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// Alias is a row of model_aliases: a name in definitions, and the model that it means in a
// workspace. The aliases of the operator apply to every workspace.
type Alias struct {
	Workspace, Name  string
	Target           VersionName // number 0 is the newest
	Task             string      // of the target; empty if it is gone or may not be used
	Created, Updated time.Time
}

// aliasName is the form of the vendors' names: "yolov8n-640", "coco/3", "team/coco/3". A
// resource name has more parts, so an alias never hides one.
var aliasName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[A-Za-z0-9][A-Za-z0-9._-]{0,79}){0,2}$`)

// The ID in a resource name has "~" for "/", because it cannot contain a slash, and no alias
// contains "~".
var (
	toID   = strings.NewReplacer("/", "~")
	fromID = strings.NewReplacer("~", "/")
)

// parseAlias returns the workspace and the alias of a resource name.
func parseAlias(name string) (workspace, alias string, err error) {
	workspace, id, ok := resource.Split(name, "modelAliases")
	if alias = fromID.Replace(id); !ok || !aliasName.MatchString(alias) {
		return "", "", aliasNotFound()
	}
	return workspace, alias, nil
}

func checkAliasName(alias string) error {
	if aliasName.MatchString(alias) {
		return nil
	}
	return resource.Invalid("model_alias.alias", "must be one to three parts joined by \"/\", each of letters, digits, \".\", \"_\" and \"-\", for example yolov8n-640 or coco/3")
}

// parseTarget reads the model that an alias names: a model or a version of it.
func parseTarget(name string) (VersionName, error) {
	if n, ok := resourceName(name); ok {
		return n, nil
	}
	return VersionName{}, resource.Invalid("model_alias.model", "must have the form workspaces/{workspace}/models/{model}, or that with /versions/{n}")
}

func (a Alias) message() *registryv1.ModelAlias {
	model := a.Target.Name.String()
	if a.Target.Number != 0 {
		model = a.Target.String()
	}
	return &registryv1.ModelAlias{
		Name: resource.Workspace(a.Workspace) + "/modelAliases/" + toID.Replace(a.Name), Alias: a.Name, Model: model, Task: a.Task,
		CreateTime: timestamppb.New(a.Created), UpdateTime: timestamppb.New(a.Updated),
	}
}

// aliasNotFound is the error for an alias that does not exist, and for one of another
// workspace.
func aliasNotFound() *errs.Error { return errs.NotFound("alias not found, or not in your workspace") }
