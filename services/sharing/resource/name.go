package resource

import (
	"strconv"
	"strings"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// Segment returns the i-th ID of a resource name: 0 is the workspace, 1 the workflow and
// so on. The patterns of the API have validated names before. A missing segment is "",
// which matches no row.
func Segment(name string, i int) string {
	parts := strings.Split(name, "/")
	if 2*i+1 >= len(parts) {
		return ""
	}
	return parts[2*i+1]
}

// Workspace returns the name of a workspace.
func Workspace(ws string) string { return "workspaces/" + ws }

// Workflow returns the name of a workflow.
func Workflow(ws, workflow string) string { return Workspace(ws) + "/workflows/" + workflow }

// Run returns the name of a run.
func Run(ws, run string) string { return Workspace(ws) + "/runs/" + run }

// Share returns the name of a share.
func Share(ws, workflow, share string) string {
	return Workflow(ws, workflow) + "/shares/" + share
}

// Version returns the name of a version of a workflow.
func Version(ws, workflow string, n int64) string {
	return Workflow(ws, workflow) + "/versions/" + strconv.FormatInt(n, 10)
}

// Credential returns the name of a credential.
func Credential(ws, credential string) string {
	return Workspace(ws) + "/credentials/" + credential
}

// GuestKey is the key that runs of visitors without a key are charged to.
const GuestKey = rpc.GuestKey

// Slug derives an ID from a title: its letters and digits in lower case, joined by
// hyphens, at most 40 bytes. It is empty when the title has none.
func Slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
