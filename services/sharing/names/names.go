// Package names writes the names of sharing's resources, and of the credentials that
// definitions refer to.
//
// What it refuses: to read a name. resource.Segment does.
package names

import (
	"strconv"

	"github.com/keyhole-dev/keyhole/services/kit/resource"
)

// Workflow returns the name of a workflow.
func Workflow(ws, workflow string) string { return resource.Workspace(ws) + "/workflows/" + workflow }

// Version returns the name of a version of a workflow.
func Version(ws, workflow string, n int64) string {
	return Workflow(ws, workflow) + "/versions/" + strconv.FormatInt(n, 10)
}

// Draft returns the name of the draft of a workflow.
func Draft(ws, workflow string) string { return Workflow(ws, workflow) + "/draft" }

// Share returns the name of a share.
func Share(ws, workflow, share string) string { return Workflow(ws, workflow) + "/shares/" + share }

// Key is the name of an owner key.
func Key(ws, key string) string { return resource.Workspace(ws) + "/keys/" + key }

// Run returns the name of a run.
func Run(ws, run string) string { return resource.Workspace(ws) + "/runs/" + run }

// Credential returns the name of a credential.
func Credential(ws, credential string) string {
	return resource.Workspace(ws) + "/credentials/" + credential
}
