package e2e_test

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
)

// tenant is a workspace with one key.
type tenant struct {
	*client
	name    string // "workspaces/x"
	keyName string
}

func (w *tenant) path() string { return "/v1/" + w.name }

func random() string { return strings.ToLower(rand.Text()) }

// tenant creates one.
func (in *installation) tenant(t testing.TB) *tenant {
	t.Helper()
	id := "t-" + random()[:12]
	in.operator(t).post(t, "/v1/workspaces?workspaceId="+id, object{"title": "Workspace " + id})
	w := &tenant{client: &client{in: in}, name: "workspaces/" + id}
	w.key, w.keyName = in.newKey(t, in.operator(t), w.name, nil)
	return w
}

// newKey creates a key, optionally with a lifetime budget of runs.
func (in *installation) newKey(t testing.TB, by *client, workspace string, runs any) (key, name string) {
	t.Helper()
	body := object{"title": "e2e"}
	if runs != nil {
		body["budget"] = object{"runs": runs, "period": "PERIOD_LIFETIME"}
	}
	r := by.post(t, "/v1/"+workspace+"/keys", body)
	in.planted.add(apiKey, r.text("key"))
	return r.text("key"), r.text("name")
}

// with returns the same workspace with another key.
func (w *tenant) with(key, name string) *tenant {
	return &tenant{client: &client{in: w.in, key: key}, name: w.name, keyName: name}
}

// mixed returns random letters of both cases and digits, like most providers' keys.
func mixed(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(b)
}

// secret plants a third party's secret.
func (in *installation) secret() string {
	s := "sk-canary-" + mixed(48)
	in.planted.add(credential, s)
	return s
}

func (w *tenant) credential(t testing.TB, id, url string) string {
	t.Helper()
	s := w.in.secret()
	w.post(t, w.path()+"/credentials?credentialId="+id, object{"provider": "openai_compatible", "value": s, "hosts": []string{origin(url)}})
	return s
}

// newValue replaces the value of a credential.
func (w *tenant) newValue(t testing.TB, id string) string {
	t.Helper()
	s := w.in.secret()
	w.must(t, http.MethodPatch, w.path()+"/credentials/"+id, object{"value": s})
	return s
}

// origin cuts the path off a URL.
func origin(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// ask is a workflow that calls a provider.
func ask(url, slot string) object {
	return object{
		"version": "1.0",
		"inputs":  []any{object{"type": "WorkflowParameter", "name": "question", "default_value": "what is it?"}},
		"steps": []any{object{
			"type": "roboflow_core/openai_compatible@v1", "name": "llm", "base_url": url, "model_name": "m",
			"prompt": "$inputs.question", "api_key": slot,
		}},
		"outputs": []any{object{"type": "JsonField", "name": "answer", "selector": "$steps.llm.output"}},
	}
}

// plain is a workflow without models and credentials.
func plain() object {
	return object{
		"version": "1.0",
		"inputs":  []any{object{"type": "WorkflowParameter", "name": "who", "default_value": "world"}},
		"steps": []any{object{
			"type": "roboflow_core/string_template@v1", "name": "hello", "template": "hello {who}",
			"data": object{"who": "$inputs.who"}, "data_operations": object{},
		}},
		"outputs": []any{object{"type": "JsonField", "name": "text", "selector": "$steps.hello.output"}},
	}
}

func (w *tenant) workflow(t testing.TB, id string, definition object) string {
	t.Helper()
	w.post(t, w.path()+"/workflows?workflowId="+id, object{"title": "Workflow " + id, "definition": definition})
	return w.path() + "/workflows/" + id
}

// share creates a link; settings may be nil.
func (w *tenant) share(t testing.TB, workflow string, settings object) (name, token string) {
	t.Helper()
	if settings == nil {
		settings = object{}
	}
	r := w.post(t, workflow+"/shares", settings)
	w.in.planted.add(link, r.text("token"))
	return r.text("name"), r.text("token")
}

// hidden opens the owner's credentials.
func hidden() object { return object{"credentialAccess": "CREDENTIAL_ACCESS_OWNER"} }

// asker is a tenant with a provider's credential "llm", and a workflow "ask" that uses it.
func (in *installation) asker(t testing.TB, url string) *tenant {
	t.Helper()
	w := in.tenant(t)
	w.credential(t, "llm", url)
	w.workflow(t, "ask", ask(url, "$credentials.llm"))
	return w
}

// usage sums the charges of a workspace, by group.
func (w *tenant) usage(t testing.TB, by string) map[string]object {
	t.Helper()
	rows := map[string]object{}
	for _, row := range w.get(t, w.path()+"/usage?groupBy="+by).list("rows") {
		o, _ := row.(object)
		group, _ := o["group"].(string)
		rows[group] = o
	}
	return rows
}

func question(q string) object { return object{"inputs": object{"question": q}} }

func (c *client) shared(t testing.TB, token string, body any) reply {
	t.Helper()
	return c.call(t, http.MethodPost, "/v1/shared/"+token+":run", body)
}
