package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// tour makes the calls that the other cases do not make. Together they call every RPC, with
// secrets in every field that can hold one. When the installation ends, everything is
// searched for these secrets.
func tour(t *testing.T, in *installation) {
	provider := testkit.Provider(t)
	w := in.asker(t, provider.URL)
	tourVault(t, w, provider.URL)
	tourModels(t, w)
	tourWorkflows(t, w, provider.URL)
	tourShares(t, w)
	run := w.post(t, w.path()+"/workflows/ask:run", question("x"))
	w.get(t, "/v1/"+run.text("run"))
	w.get(t, w.path()+"/runs")
	w.post(t, w.path()+"/workflows/ask:runStream", question("x"))
	for _, by := range []string{"", "key", "share", "visitor", "workflow", "model", "credential", "day"} {
		w.usage(t, by)
	}
	w.get(t, w.path()+"/usage:reconcile")
	w.get(t, w.path()+"/audit")
	wrongPlaces(t, w)
}

func tourVault(t *testing.T, w *tenant, url string) {
	w.get(t, "/v1/whoami")
	signedIn := w.post(t, "/v1/sessions", object{"title": "tour"})
	w.in.planted.add(session, signedIn.text("token"))
	w.get(t, w.path()+"/sessions")
	w.must(t, http.MethodDelete, "/v1/"+signedIn.text("name"), nil)
	w.post(t, "/v1/signInLinks", object{})
	browser := w.in.signIn(t, "key", w.key)
	w.in.planted.add(session, browser.cookie)
	approval := browser.call(t, http.MethodPost, "/v1/sessions:approve", object{"challenge": strings.Repeat("x", 43)}, browser.page()...)
	if approval.text("code") == "" {
		t.Errorf("an approval: %s", approval)
	}
	tourPeople(t, w)
	w.get(t, "/v1/blocks?runnable=true")
	w.get(t, "/v1/blocks/roboflow_core.dynamic_crop@v1")
	w.get(t, "/v1/templates")
	w.get(t, "/v1/templates/read-text")
	w.in.operator(t).get(t, "/v1/workspaces")
	w.get(t, w.path())
	w.must(t, http.MethodPatch, w.path(), object{"title": "Toured"})
	key, name := w.in.newKey(t, w.client, w.name, 5)
	w.get(t, w.path()+"/keys")
	w.get(t, "/v1/"+name)
	w.must(t, http.MethodPatch, "/v1/"+name, object{"title": "other"})
	w.must(t, http.MethodDelete, "/v1/"+name, nil)
	dead := w.with(key, name)
	eventually(t, limit, "a revoked key is refused", func() bool {
		return dead.call(t, http.MethodGet, w.path(), nil).status == http.StatusUnauthorized
	})

	// Characters that must be escaped in JSON, URLs and HTML.
	odd := "sk-canary-" + random() + `"<&+/\'` + random()
	for _, s := range []string{odd, w.in.secret()} {
		w.in.planted.add(credential, s)
		w.call(t, http.MethodPost, w.path()+"/credentials?credentialId=spare", object{"provider": "openai_compatible", "value": s, "hosts": []string{origin(url)}})
		w.must(t, http.MethodPatch, w.path()+"/credentials/spare", object{"value": s})
		w.post(t, w.path()+"/credentials/spare:test", object{})
	}
	w.get(t, w.path()+"/credentials")
	w.get(t, w.path()+"/credentials/spare")
	w.must(t, http.MethodDelete, w.path()+"/credentials/spare", nil)
}

func tourPeople(t *testing.T, w *tenant) {
	t.Helper()
	ada := w.person(t, "PERSON_ROLE_EDITOR")
	w.get(t, w.path()+"/people")
	w.get(t, "/v1/"+ada.name)
	w.must(t, http.MethodPatch, "/v1/"+ada.name, object{"role": "PERSON_ROLE_VIEWER"})
	w.must(t, http.MethodDelete, "/v1/"+ada.name, nil)
	invitation := w.invite(t, "PERSON_ROLE_OWNER")
	_, code, _ := strings.Cut(invitation.text("path"), "#code=")
	w.in.guest().post(t, "/v1/invitations:lookUp", object{"code": code})
	w.get(t, w.path()+"/invitations")
	w.must(t, http.MethodDelete, "/v1/"+invitation.text("name"), nil)
	made := w.in.guest().post(t, "/v1/workspaces:signUp", object{"workspaceId": "up-" + random()[:12], "title": "Ada"})
	w.in.planted.add(apiKey, made.text("key.key"))
	w.in.planted.add(session, made.text("session.token"))
}

func tourModels(t *testing.T, w *tenant) {
	path := w.path() + "/models"
	w.post(t, path+"?modelId=ocr", object{"title": "OCR", "task": "text-recognition"})
	w.get(t, path)
	w.must(t, http.MethodPatch, path+"/ocr", object{"title": "Reader"})
	w.get(t, path+"/ocr")
	weights, err := os.Open(filepath.Join("..", "..", "bin", "models", "pp-ocr.zip"))
	if err != nil {
		t.Fatalf("%v: run make build", err)
	}
	defer func() { _ = weights.Close() }()
	version := w.post(t, path+"/ocr/versions", object{}).text("name")
	r := w.must(t, http.MethodPut, "/v1/"+version+"/artifact", weights)
	if r.text("state") != "STATE_READY" {
		t.Errorf("the uploaded model is %s", r)
	}
	alias := "/v1/" + w.post(t, w.path()+"/modelAliases", object{"alias": "coco/3", "model": w.name + "/models/ocr"}).text("name")
	w.must(t, http.MethodPatch, alias, object{"model": version})
	w.get(t, alias)
	w.get(t, w.path()+"/modelAliases")
	w.must(t, http.MethodDelete, alias, nil)
	w.get(t, path+"/ocr/versions")
	w.get(t, "/v1/"+version)
	w.must(t, http.MethodDelete, "/v1/"+version, nil)
	w.must(t, http.MethodDelete, path+"/ocr", nil)
}

func tourWorkflows(t *testing.T, w *tenant, url string) {
	// A literal in a definition goes to the vault and leaves a reference.
	literal := w.in.secret()
	r := w.post(t, w.path()+"/workflows?workflowId=literal", object{"title": "literal", "definition": ask(url, literal)})
	if slot := r.text("definition.steps.0.api_key"); !strings.HasPrefix(slot, "$credentials.") {
		t.Errorf("a literal has become %q", slot)
	}
	path := w.path() + "/workflows/literal"
	w.post(t, path+":run", question("with a literal"))
	w.must(t, http.MethodPatch, path, object{"definition": ask(url, w.in.secret())})
	w.get(t, path)
	w.get(t, w.path()+"/workflows")
	w.get(t, path+"/versions")
	w.get(t, path+"/versions/1")
	w.post(t, path+"/versions/1:restore", object{})
	w.post(t, path+":inspect", object{"definition": ask(url, w.in.secret())})
	w.post(t, w.path()+"/workflows:inspect", object{"definition": ask(url, w.in.secret())})
	tourDrafts(t, w, path+"/draft", url)
	w.must(t, http.MethodDelete, path, nil)
	w.post(t, path+":undelete", object{})
	w.must(t, http.MethodDelete, path, nil)
	w.get(t, w.path()+"/workflows?onlyDeleted=true")
	w.post(t, path+":purge", object{})
	inline := object{"specification": ask(url, w.in.secret()), "inputs": object{}, "api_key": w.key}
	(&client{in: w.in}).must(t, http.MethodPost, "/workflows/run", inline)
}

// tourDrafts: a literal in a draft goes to the vault as well.
func tourDrafts(t *testing.T, w *tenant, draft, url string) {
	t.Helper()
	saved := w.must(t, http.MethodPatch, draft, object{"definition": ask(url, w.in.secret())})
	if slot := saved.text("definition.steps.0.api_key"); !strings.HasPrefix(slot, "$credentials.") {
		t.Errorf("a literal in a draft has become %q", slot)
	}
	w.get(t, draft)
	w.post(t, strings.TrimSuffix(draft, "/draft")+":run", object{"inputs": object{}, "draft": true, "draftEtag": saved.text("etag")})
	w.post(t, draft+":publish", object{"etag": saved.text("etag")})
	w.must(t, http.MethodPatch, draft, object{"definition": object{"steps": []any{}}})
	w.must(t, http.MethodDelete, draft, nil)
}

func tourShares(t *testing.T, w *tenant) {
	flow := w.path() + "/workflows/ask"
	name, token := w.share(t, flow, hidden())
	guest := w.in.guest()
	guest.get(t, "/v1/shared/"+token)
	guest.call(t, http.MethodGet, "/s/"+token, nil)
	guest.call(t, http.MethodGet, "/embed/"+token, nil)
	guest.must(t, http.MethodPost, "/v1/shared/"+token+":runStream", question("x"))
	w.get(t, flow+"/shares")
	w.get(t, "/v1/"+name)
	w.must(t, http.MethodPatch, "/v1/"+name, object{"title": "renamed"})
	w.must(t, http.MethodPatch, "/v1/"+name, object{"samples": []object{{"title": "One", "input": "question", "value": "x"}}})
	guest.call(t, http.MethodGet, "/s/"+token+"/sample", nil)
	pictured := w.workflow(t, "pictured", pictureSize())
	_, withPicture := w.share(t, pictured, object{"samples": []object{{"title": "One", "input": "image", "value": picture(smallPicture())}}})
	guest.get(t, "/s/"+withPicture+"/sample")
	w.post(t, "/v1/"+name+":storeExample", object{"sample": "One"})
	tourWatch(t, w, name, token)
	tourGate(t, w, name, token)
	w.post(t, "/v1/"+name+":pause", object{})
	if r := guest.shared(t, token, question("x")); r.status == http.StatusOK {
		t.Errorf("a paused share runs: %s", r)
	}
	w.post(t, "/v1/"+name+":resume", object{})
	rotated := w.post(t, "/v1/"+name+":rotate", object{}).text("token")
	w.in.planted.add(link, rotated)
	if r := guest.shared(t, token, question("x")); r.status != http.StatusNotFound {
		t.Errorf("the old link after a rotation answers %s", r)
	}
	if r := guest.shared(t, rotated, question("x")); r.status != http.StatusOK {
		t.Errorf("the new link answers %s", r)
	}
	guest.call(t, http.MethodPost, "/v1/shared/"+rotated+":nonsense", object{})
	guest.call(t, http.MethodGet, "/s/"+rotated+"/nothing/here", nil)
	tourReports(t, w, name, rotated)
	w.must(t, http.MethodDelete, "/v1/"+name, nil)
}

// tourReports reports a link, suspends it, and lifts the suspension. A secret in a report or a reason is
// refused.
func tourReports(t *testing.T, w *tenant, name, token string) {
	t.Helper()
	guest, operator := w.in.guest(), w.in.operator(t)
	for text, want := range map[string]int{"it asks for a key": http.StatusOK, "my key is " + w.in.secret(): http.StatusBadRequest} {
		r := guest.call(t, http.MethodPost, "/v1/shared/"+token+":report", object{"kind": "REPORT_KIND_PHISHING", "text": text})
		if r.status != want {
			t.Errorf("a report: %s, want %d", r, want)
		}
	}
	if r := w.get(t, w.path()+"/reports"); r.text("reports.0.text") != "it asks for a key" || r.at("reports.0.token") != nil {
		t.Errorf("the owner reads %s", r)
	}
	if r := operator.get(t, "/v1/workspaces/-/reports"); !strings.Contains(string(r.body), name) {
		t.Errorf("the operator reads %s", r)
	}
	if r := w.call(t, http.MethodGet, "/v1/workspaces/-/reports", nil); r.status != http.StatusNotFound {
		t.Errorf("a member reads the reports of all: %s", r)
	}
	suspensions := w.path() + "/suspensions"
	operator.call(t, http.MethodPost, suspensions, object{"target": name, "reason": "it has " + w.in.secret()})
	made := operator.post(t, suspensions, object{"target": name, "reason": "it was reported"})
	eventually(t, limit, "a suspended link is refused with the reason", func() bool {
		r := guest.call(t, http.MethodGet, "/v1/shared/"+token, nil)
		return r.reason() == "SUSPENDED_BY_OPERATOR" && strings.Contains(r.text("message"), "it was reported")
	})
	if r := w.get(t, "/v1/"+name); r.text("state") != "SHARE_STATE_SUSPENDED" {
		t.Errorf("its owner sees %s", r)
	}
	w.get(t, suspensions)
	operator.must(t, http.MethodDelete, "/v1/"+made.text("name"), nil)
	eventually(t, limit, "a lifted suspension", func() bool { return guest.shared(t, token, question("x")).status == http.StatusOK })
	if r := w.get(t, w.path()+"/audit?action=suspension"); len(r.list("events")) != 2 {
		t.Errorf("the audit log has %s", r)
	}
}

// tourGate gives a link a password, passes its gate, and takes the gate away.
func tourGate(t *testing.T, w *tenant, name, token string) {
	t.Helper()
	password := "password of " + w.in.secret()
	w.in.planted.add(credential, password)
	w.must(t, http.MethodPatch, "/v1/"+name, object{"gate": object{"password": password}})
	guest := w.in.guest()
	guest.call(t, http.MethodGet, "/s/"+token, nil)
	guest.call(t, http.MethodPost, "/v1/shared/"+token+":unlock", object{"password": password + " is wrong"})
	pass := guest.must(t, http.MethodPost, "/v1/shared/"+token+":unlock", object{"password": password}).text("pass")
	w.in.planted.add(linkPass, pass)
	guest.call(t, http.MethodPost, "/v1/shared/"+token+":run", question("x"), "Link-Pass", pass)
	w.call(t, http.MethodPatch, "/v1/"+name, object{"gate": object{}})
}

// tourWatch changes a link until a visitor who watches it sees a change.
func tourWatch(t *testing.T, w *tenant, name, token string) {
	guest := w.in.guest()
	told := make(chan reply)
	go func() {
		r, _ := guest.try(http.MethodGet, "/v1/shared/"+token+":watch", nil)
		told <- r
	}()
	for i := 0; ; i++ {
		w.must(t, http.MethodPatch, "/v1/"+name, object{"title": fmt.Sprintf("renamed %d times", i)})
		select {
		case r := <-told:
			if r.status != http.StatusOK {
				t.Errorf("a visitor who watches a link gets %s", r)
			}
			return
		case <-time.After(100 * time.Millisecond): // it may not have watched yet
		}
	}
}

// wrongPlaces: secrets in fields that must not have any, in requests that are refused.
func wrongPlaces(t *testing.T, w *tenant) {
	s := w.in.secret()
	broken := []byte(`{"provider": "openai", "value": "` + s + `", `)
	anyone := &client{in: w.in}
	for _, r := range []reply{
		w.call(t, http.MethodPost, w.path()+"/credentials?credentialId=x", broken),
		w.call(t, http.MethodPost, w.path()+"/credentials?credentialId=x", object{"provider": "openai", "value": []string{s}}),
		w.call(t, http.MethodPost, w.path()+"/credentials?credentialId=Not+An+Id", object{"provider": "openai", "value": s}),
		w.call(t, http.MethodPost, w.path()+"/credentials?credentialId=x", object{"provider": "openai", "value": s, "hosts": []string{"ftp://nowhere.example"}}),
		w.call(t, http.MethodPost, w.path()+"/workflows/ask:run", object{"inputs": object{"question": object{"a": s}}, "version": s}),
		anyone.call(t, http.MethodGet, "/v1/whoami?api_key="+w.key+"x", nil),
		anyone.call(t, http.MethodGet, w.path(), nil, "Authorization", "Bearer "+w.key+"x"),
		anyone.call(t, http.MethodGet, w.path(), nil, "Authorization", "Basic "+w.key),
		w.call(t, http.MethodPost, "/v1/shared/"+s+":run", question("x")),
	} {
		if r.status < 400 || r.status >= 500 {
			t.Errorf("a request that is wrong gets %s", r)
		}
	}
}
