package resource

import (
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Workspace returns the name of a workspace.
func Workspace(id string) string { return "workspaces/" + id }

// WorkspaceID returns the ID in a workspace's name. The server has validated the name.
func WorkspaceID(name string) string { return strings.TrimPrefix(name, "workspaces/") }

// Split parses "workspaces/{workspace}/{kind}/{id}".
func Split(name, kind string) (workspace, id string, ok bool) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 || parts[0] != "workspaces" || parts[2] != kind || parts[1] == "" || parts[3] == "" {
		return "", "", false
	}
	return parts[1], parts[3], true
}

// NotFound is the error for a resource that does not exist, and for one of another
// workspace.
func NotFound(what string) error {
	return errs.NotFound("%s not found", what)
}

// BadName is the error for a name that does not have the form of its resource.
func BadName(field, form string) error {
	return errs.InvalidArgument("the name must have the form %s", form).
		Field(field, "want "+form)
}
