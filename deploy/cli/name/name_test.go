package name

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind            Kind
		text            string
		workspace, path string
	}{
		{Share, "read/s1", "", "/workflows/read/shares/s1"},
		{Share, "workflows/read/shares/s1", "", "/workflows/read/shares/s1"},
		{Share, "workspaces/acme/workflows/read/shares/s1", "acme", "/workflows/read/shares/s1"},
		{Key, "k1", "", "/keys/k1"},
		{Key, "keys/k1", "", "/keys/k1"},
		{Key, "workspaces/acme/keys/k1", "acme", "/keys/k1"},
		{ModelVersion, "ocr/3", "", "/models/ocr/versions/3"},
		{Version, "workspaces/acme/workflows/read/versions/2", "acme", "/workflows/read/versions/2"},
		{Workflow, "read/", "", "/workflows/read"},
		{Workflow, "a?b:c", "", "/workflows/a%3Fb:c"},
		{Workspace, "acme", "acme", ""},
		{Workspace, "workspaces/acme", "acme", ""},
	} {
		n, err := c.kind.Parse(c.text)
		if err != nil || n.Workspace != c.workspace || c.kind.Path(n) != c.path {
			t.Errorf("%q as %s: workspace %q, path %q, %v", c.text, c.kind, n.Workspace, c.kind.Path(n), err)
		}
	}
}

func TestNamesOfAnotherKind(t *testing.T) {
	t.Parallel()
	const share, key = "WORKFLOW/SHARE or workspaces/WORKSPACE/workflows/WORKFLOW/shares/SHARE", "KEY or workspaces/WORKSPACE/keys/KEY"
	for _, c := range []struct {
		kind       Kind
		text, says string
	}{
		{Share, "workspaces/acme/keys/k1", "is a key, not a share: give " + share},
		{Share, "workspaces/acme/workflows/read", "is a workflow, not a share"},
		{Share, "keys/k1", "is a key, not a share"},
		{Share, "workspaces/acme/models/ocr/versions/3", "is a model version, not a share"},
		{Share, "s1", "is not the name of a share: give " + share},
		{Share, "read/", "is not the name of a share"},
		{Share, "", "is not the name of a share"},
		{Key, "workspaces/acme", "is a workspace, not a key: give " + key},
		{Key, "a/b", "is not the name of a key: give " + key},
		{Key, "workspaces/acme/keys", "is not the name of a key"},
		{Key, "workspaces//keys/k1", "is not the name of a key"},
		{Key, "workspaces/acme/locks/k1", "is not the name of a key"},
		{Workspace, "keys/k1", "is a key, not a workspace"},
	} {
		if n, err := c.kind.Parse(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q as %s: %+v, %v; want %q", c.text, c.kind, n, err, c.says)
		}
	}
}
