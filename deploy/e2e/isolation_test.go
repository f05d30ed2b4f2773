package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// bodies are the minimal bodies that methods accept.
var bodies = map[string]object{
	"CreateCredential": {"provider": "openai_compatible", "value": "sk-0123456789abcdef0123", "hosts": []string{"https://example.com"}},
	"UpdateCredential": {"title": "x"}, "CreateWorkflow": {"definition": plain()}, "UpdateWorkflow": {"title": "x"},
	"UpdateWorkflowDraft": {"definition": plain()}, "InspectDefinition": {"definition": plain()}, "UpdateShare": {"title": "x"}, "UpdateKey": {"title": "x"}, "UpdateWorkspace": {"title": "x"}, "UpdateModel": {"title": "x"}, "UpdateModelAlias": {"model": "workspaces/operator/models/x"}, "CreateModel": {"title": "x"},
	"UpdatePerson": {"title": "x"}, "CreateInvitation": {"role": "PERSON_ROLE_EDITOR"},
}

// ids are query parameters that some methods need.
var ids = map[string]string{
	"CreateCredential": "?credentialId=x", "CreateModel": "?modelId=x", "CreateWorkflow": "?workflowId=x",
}

// isolation: with the key of one workspace, another workspace's resource and one that does
// not exist get the same answer, byte for byte, for every method that names a resource.
func isolation(t *testing.T, in *installation) {
	provider := testkit.Provider(t)
	a, b := in.asker(t, provider.URL), in.tenant(t)
	there := a.resources(t)
	checked := 0
	for _, r := range contract(t) {
		pattern := r.pattern()
		if r.rule.GetWorkspaceField() == "" || pattern == "*" {
			continue
		}
		existing, known := there[pattern]
		if !known {
			t.Errorf("%s names %s: give this test one", r.name, pattern)
			continue
		}
		checked++
		for _, ghost := range ghosts(existing) {
			for who, c := range map[string]*client{"another tenant": b.client, "a guest": in.guest(), "a wrong key": in.stranger(checked)} {
				alike(t, who, r, c, existing, ghost)
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d methods name something", checked)
	}
	forkInto(t, a, b)
	if got := a.get(t, "/v1/"+there["workspaces/*/workflows/*"]); got.text("title") != "Workflow ask" || got.number("liveVersion") != 1 {
		t.Errorf("the other tenant changed something: %s", got)
	}
}

// resources creates one of each kind, by pattern.
func (w *tenant) resources(t testing.TB) map[string]string {
	t.Helper()
	share, _ := w.share(t, w.path()+"/workflows/ask", nil)
	w.post(t, w.path()+"/models?modelId=ocr", object{"title": "OCR"})
	version := w.post(t, w.path()+"/models/ocr/versions", object{}).text("name")
	alias := w.post(t, w.path()+"/modelAliases", object{"alias": "coco/3", "model": w.name + "/models/ocr"}).text("name")
	run := w.post(t, w.path()+"/workflows/ask:run", question("x")).text("run")
	w.must(t, http.MethodPatch, w.path()+"/workflows/ask/draft", object{"definition": plain()})
	session := w.post(t, "/v1/sessions", object{"title": "isolation"}).text("name")
	invitation := w.invite(t, "PERSON_ROLE_VIEWER")
	return map[string]string{
		"workspaces/*/people/*": w.person(t, "PERSON_ROLE_VIEWER").name, "workspaces/*/invitations/*": invitation.text("name"),
		"workspaces/*": w.name, "workspaces/*/sessions/*": session, "workspaces/*/keys/*": w.keyName, "workspaces/*/credentials/*": w.name + "/credentials/llm",
		"workspaces/*/workflows/*": w.name + "/workflows/ask", "workspaces/*/workflows/*/versions/*": w.name + "/workflows/ask/versions/1",
		"workspaces/*/workflows/*/draft":    w.name + "/workflows/ask/draft",
		"workspaces/*/workflows/*/shares/*": share, "workspaces/*/runs/*": run,
		"workspaces/*/models/*": w.name + "/models/ocr", "workspaces/*/models/*/versions/*": version,
		"workspaces/*/modelAliases/*": alias,
	}
}

// ghosts returns names of resources that do not exist: in the same workspace, and in a
// workspace that does not exist.
func ghosts(name string) []string {
	parts := strings.Split(name, "/")
	elsewhere := append([]string{"workspaces", "t-" + random()[:12]}, parts[2:]...)
	all := []string{strings.Join(elsewhere, "/")}
	if len(parts)%2 == 1 { // one of its kind, below something of which there are many
		parts[len(parts)-2] = "nothing"
		return append(all, strings.Join(parts, "/"))
	}
	if len(parts) > 2 {
		last := "nothing"
		if parts[len(parts)-2] == "versions" {
			last = "999"
		}
		all = append(all, strings.Join(append(append([]string{}, parts[:len(parts)-1]...), last), "/"))
	}
	return all
}

func alike(t *testing.T, who string, r rpc, c *client, existing, ghost string) {
	t.Helper()
	method := r.name[strings.LastIndex(r.name, "/")+1:]
	ask := func(name string) string {
		var body any
		if r.method != http.MethodGet && r.method != http.MethodDelete {
			body = object{}
			if b, ok := bodies[method]; ok {
				body = b
			}
		}
		got := c.call(t, r.method, r.at(name)+ids[method], body)
		if got.status != http.StatusNotFound && got.status != http.StatusUnauthorized && got.status != http.StatusForbidden {
			t.Errorf("%s: %s with the name of another's %s: %s", who, r.name, name, got)
		}
		if who == "another tenant" && got.status == http.StatusUnauthorized {
			t.Errorf("%s is nobody to %s: %s", who, r.name, got)
		}
		parts := strings.Split(name, "/")
		text := strings.ReplaceAll(string(got.body), name, "NAME")
		return fmt.Sprintf("%d %s", got.status, strings.ReplaceAll(text, strings.Join(parts[:2], "/"), "WORKSPACE"))
	}
	if one, other := ask(existing), ask(ghost); one != other {
		t.Errorf("%s: %s tells %s, which is another's, from %s, which is nobody's:\n%s\n%s", who, r.name, existing, ghost, one, other)
	}
}

// forkInto: the workspace of a fork is named in the body.
func forkInto(t *testing.T, a, b *tenant) {
	t.Helper()
	flow := b.workflow(t, "mine", plain())
	_, token := b.share(t, flow, nil)
	into := func(workspace string) string {
		r := b.call(t, http.MethodPost, "/v1/shared/"+token+":fork", object{"parent": workspace, "workflowId": "x"})
		return fmt.Sprint(r.status, strings.ReplaceAll(string(r.body), workspace, "NAME"))
	}
	one, other := into(a.name), into("workspaces/t-"+random()[:12])
	if one != other || !strings.HasPrefix(one, "404") {
		t.Errorf("a fork into another's workspace: %s\ninto none: %s", one, other)
	}
}
