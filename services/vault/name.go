package vault

import "strings"

// shareWorkspace is the workspace of a share's resource name,
// "workspaces/{ws}/workflows/{wf}/shares/{share}"; "" for any other name.
func shareWorkspace(name string) string {
	parts := strings.Split(name, "/")
	if len(parts) != 6 || parts[0] != "workspaces" || parts[2] != "workflows" || parts[4] != "shares" {
		return ""
	}
	for _, p := range parts {
		if p == "" {
			return ""
		}
	}
	return parts[1]
}
