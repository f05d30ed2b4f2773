package main

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind            kind
		text            string
		workspace, path string
	}{
		{aShare, "read/s1", "", "/workflows/read/shares/s1"},
		{aShare, "workflows/read/shares/s1", "", "/workflows/read/shares/s1"},
		{aShare, "workspaces/acme/workflows/read/shares/s1", "acme", "/workflows/read/shares/s1"},
		{aKey, "k1", "", "/keys/k1"},
		{aKey, "keys/k1", "", "/keys/k1"},
		{aKey, "workspaces/acme/keys/k1", "acme", "/keys/k1"},
		{aModelVersion, "ocr/3", "", "/models/ocr/versions/3"},
		{aVersion, "workspaces/acme/workflows/read/versions/2", "acme", "/workflows/read/versions/2"},
		{aWorkflow, "read/", "", "/workflows/read"},
		{aWorkflow, "a?b:c", "", "/workflows/a%3Fb:c"},
		{aWorkspace, "acme", "acme", ""},
		{aWorkspace, "workspaces/acme", "acme", ""},
	} {
		n, err := c.kind.parse(c.text)
		if err != nil || n.workspace != c.workspace || c.kind.path(n) != c.path {
			t.Errorf("%q as %s: workspace %q, path %q, %v", c.text, c.kind, n.workspace, c.kind.path(n), err)
		}
	}
}

func TestNamesOfAnotherKind(t *testing.T) {
	t.Parallel()
	const share, key = "WORKFLOW/SHARE or workspaces/WORKSPACE/workflows/WORKFLOW/shares/SHARE", "KEY or workspaces/WORKSPACE/keys/KEY"
	for _, c := range []struct {
		kind       kind
		text, says string
	}{
		{aShare, "workspaces/acme/keys/k1", "is a key, not a share: give " + share},
		{aShare, "workspaces/acme/workflows/read", "is a workflow, not a share"},
		{aShare, "keys/k1", "is a key, not a share"},
		{aShare, "workspaces/acme/models/ocr/versions/3", "is a model version, not a share"},
		{aShare, "s1", "is not the name of a share: give " + share},
		{aShare, "read/", "is not the name of a share"},
		{aShare, "", "is not the name of a share"},
		{aKey, "workspaces/acme", "is a workspace, not a key: give " + key},
		{aKey, "a/b", "is not the name of a key: give " + key},
		{aKey, "workspaces/acme/keys", "is not the name of a key"},
		{aKey, "workspaces//keys/k1", "is not the name of a key"},
		{aKey, "workspaces/acme/locks/k1", "is not the name of a key"},
		{aWorkspace, "keys/k1", "is a key, not a workspace"},
	} {
		if n, err := c.kind.parse(c.text); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q as %s: %+v, %v; want %q", c.text, c.kind, n, err, c.says)
		}
	}
}

// A link is accepted in the forms in which people paste it.
func TestLinksAsPasted(t *testing.T) {
	t.Parallel()
	const token = "-bcdefghijklmnopqrstuvwxyz012_45"
	for _, text := range []string{
		token, " " + token + " ", "https://k.example/s/" + token, "https://k.example/s/" + token + "/", "https://k.example/s/" + token + "?ref=x",
		"https://k.example/s/" + token + "#top", "<https://k.example/s/" + token + ">", " https://k.example/s/" + token + "). ", token + ".",
		"https://k.example/embed/" + token + "?showGraph=1", "https://k.example/v1/shared/" + token + "?utm_source=mail", "/s/" + token,
		"see https://k.example/s/" + token + ", please", "“https://k.example/s/" + token + "”", "https://k.example/s/" + token + "/preview.png",
	} {
		if path, err := (Target{Link: text}).path(); err != nil || path != "/v1/shared/"+token {
			t.Errorf("%q: %s, %v", text, path, err)
		}
	}
	if got := withTokens([]string{"share", "view", token, "-i", "--json", "--" + token[2:]}); got[2] != "/s/"+token || got[3] != "-i" || got[5] != "--"+token[2:] {
		t.Errorf("got %q", got)
	}
}
