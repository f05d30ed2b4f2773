package e2e_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// joined is a person of a workspace, with a key and a session.
type joined struct {
	*tenant
	name, token string
}

func (w *tenant) invite(t testing.TB, role string) reply {
	t.Helper()
	return w.post(t, w.path()+"/invitations", object{"role": role, "email": "ada@example.com"})
}

func (w *tenant) invitation(t testing.TB, role string) (code string) {
	t.Helper()
	_, code, ok := strings.Cut(w.invite(t, role).text("path"), "/app/join#code=")
	if !ok {
		t.Fatal("an invitation without a code")
	}
	return code
}

// person invites somebody, who joins by the command line's way.
func (w *tenant) person(t testing.TB, role string) joined {
	t.Helper()
	got := w.in.guest().post(t, "/v1/invitations:accept", object{"code": w.invitation(t, role), "title": "Ada"})
	p := joined{tenant: w.with(got.text("key.key"), got.text("key.name")), name: got.text("person.name"), token: got.text("session.token")}
	w.in.planted.add(apiKey, p.key)
	w.in.planted.add(session, p.token)
	return p
}

// A person opens an invitation in a browser, and is signed in.
func TestAPersonJoinsInABrowser(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		w := in.tenant(t)
		b := &browser{client: &client{in: in}}
		code := w.invitation(t, "PERSON_ROLE_EDITOR")
		if got := b.call(t, http.MethodPost, "/v1/invitations:lookUp", object{"code": code}, b.page()...); got.text("workspace") != w.name || got.text("role") != "PERSON_ROLE_EDITOR" {
			t.Errorf("it leads to %s", got)
		}
		got := b.call(t, http.MethodPost, "/app/join", object{"code": code, "title": "Ada"}, b.page()...)
		if got.status != http.StatusOK || got.text("session.token") != "" || !strings.HasPrefix(got.text("key.key"), "kh_") {
			t.Fatalf("joining: %s", got)
		}
		in.planted.add(apiKey, got.text("key.key"))
		b.cookie = tokenIn(t, got)
		in.planted.add(session, b.cookie)
		me := b.call(t, http.MethodGet, "/v1/whoami", nil, b.page()...)
		if me.text("role") != "editor" || me.text("personTitle") != "Ada" || me.text("person") != got.text("person.name") {
			t.Errorf("whoami: %s", me)
		}
		made := b.call(t, http.MethodPost, w.path()+"/workflows?workflowId=mine", object{"definition": plain()}, b.page()...)
		if made.status != http.StatusOK {
			t.Errorf("an editor's workflow: %s", made)
		}
		if run := b.call(t, http.MethodPost, w.path()+"/workflows/mine:run", object{"inputs": object{}}, b.page()...); run.status != http.StatusOK {
			t.Errorf("an editor's run: %s", run)
		}
		if usage := w.get(t, w.path()+"/runs").text("runs.0.chargedKey"); usage != "" && usage != got.text("key.name") {
			t.Errorf("the run is charged to %s", usage)
		}
		again := b.call(t, http.MethodPost, "/app/join", object{"code": code, "title": "Eve"}, b.page()...)
		if again.status != http.StatusUnauthorized {
			t.Errorf("the invitation works twice: %s", again)
		}
	})
}

func TestAVisitorCreatesAWorkspaceInABrowser(t *testing.T) {
	t.Parallel()
	in := install(t, oneProcess, options{})
	b := &browser{client: &client{in: in}}
	id := "up-" + random()[:12]
	got := b.call(t, http.MethodPost, "/app/sign-up", object{"workspaceId": id, "title": "Ada"}, b.page()...)
	if got.status != http.StatusOK {
		t.Fatalf("signing up: %s", got)
	}
	in.planted.add(apiKey, got.text("key.key"))
	b.cookie = tokenIn(t, got)
	in.planted.add(session, b.cookie)
	if me := b.call(t, http.MethodGet, "/v1/whoami", nil, b.page()...); me.text("workspace") != "workspaces/"+id || me.text("role") != "member" {
		t.Errorf("whoami: %s", me)
	}
}

func TestSignUpIsOffUnlessTheOperatorAllowsIt(t *testing.T) {
	t.Parallel()
	in := install(t, oneProcess, options{settings: []string{"--no-signup"}})
	got := in.guest().call(t, http.MethodPost, "/v1/workspaces:signUp", object{"workspaceId": "up-" + random()[:12], "title": "Ada"})
	wantRefusal(t, "signing up", got, http.StatusBadRequest, "SIGN_UP_CLOSED")
	if me := in.guest().get(t, "/v1/whoami"); me.text("canSignUp") == "true" {
		t.Errorf("whoami: %s", me)
	}
}

// Every method, called by a viewer and an editor whose roles its rule does not allow.
func TestAttackMethodsBeyondARole(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S13", "every method of the contract, by people whose role does not allow it")
	in := install(t, oneProcess, options{})
	w := in.asker(t, testkit.Provider(t).URL)
	there := w.resources(t)
	_, token := w.share(t, w.path()+"/workflows/ask", nil)
	for role, p := range map[accessv1.Role]joined{
		accessv1.Role_ROLE_VIEWER: w.person(t, "PERSON_ROLE_VIEWER"), accessv1.Role_ROLE_EDITOR: w.person(t, "PERSON_ROLE_EDITOR"),
	} {
		refused := 0
		for _, r := range contract(t) {
			existing, named := there[r.pattern()]
			if allowed(r.rule, role) || !named {
				continue
			}
			refused++
			method := r.name[strings.LastIndex(r.name, "/")+1:]
			var body any
			if r.method != http.MethodGet && r.method != http.MethodDelete {
				body = object{}
				if b, ok := bodies[method]; ok {
					body = b
				}
			}
			for how, c := range map[string]*client{"key": p.client, "session": {in: in, key: p.token}} {
				got := c.call(t, r.method, r.at(existing)+ids[method], body)
				a.Attempt(got.status == http.StatusForbidden && got.reason() == "PERMISSION_DENIED", "%s by the %s of a %v: %s", r.name, how, role, got)
			}
		}
		if refused < 15 {
			t.Errorf("only %d methods were tried", refused)
		}
		if role == accessv1.Role_ROLE_EDITOR {
			continue
		}
		for _, path := range []string{"/v1/shared/" + token + ":run", "/v1/shared/" + token + ":runStream", "/v1/" + there["workspaces/*/workflows/*"] + ":run"} {
			got := p.call(t, http.MethodPost, path, question("x"))
			a.Attempt(got.status == http.StatusForbidden, "a viewer runs %s: %s", path, got)
		}
		ws := strings.TrimPrefix(w.name, "workspaces/")
		got := p.call(t, http.MethodPost, "/"+ws+"/workflows/ask", object{"api_key": p.key, "inputs": object{"question": "x"}})
		a.Attempt(got.status >= 400, "a viewer runs by Roboflow's route: %s", got)
		got = p.call(t, http.MethodPost, "/workflows/run", object{"api_key": p.key, "specification": plain(), "inputs": object{}})
		a.Attempt(got.status >= 400, "a viewer runs a definition: %s", got)
	}
}

func allowed(rule *accessv1.Rule, role accessv1.Role) bool {
	for _, r := range rule.GetRoles() {
		if r == accessv1.Role_ROLE_ANYONE || r == accessv1.Role_ROLE_VIEWER || r == role {
			return true
		}
	}
	return false
}

// An editor cannot spend an owner's key or credentials through a link.
func TestAttackEditorOpensALink(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S14", "an editor who opens an owner's credentials by a link")
	in := install(t, oneProcess, options{})
	w := in.asker(t, testkit.Provider(t).URL)
	p := w.person(t, "PERSON_ROLE_EDITOR")
	flow := w.path() + "/workflows/ask"
	mine := p.post(t, flow+"/shares", object{"title": "mine"})
	opened, _ := w.share(t, flow, hidden())
	denied := func(what string, got reply) {
		a.Attempt(got.status == http.StatusForbidden, "%s: %s", what, got)
	}
	denied("a new link with credentials", p.call(t, http.MethodPost, flow+"/shares", hidden()))
	denied("credentials of the own link", p.call(t, http.MethodPatch, "/v1/"+mine.text("name"), hidden()))
	denied("more runs of an owner's link", p.call(t, http.MethodPatch, "/v1/"+opened, object{"limits": object{"runs": 100000}}))
	denied("another address of an owner's link", p.call(t, http.MethodPost, "/v1/"+opened+":rotate", object{}))
	p.post(t, "/v1/"+opened+":pause", object{})
	denied("an owner's link that the owner paused", p.call(t, http.MethodPost, "/v1/"+opened+":resume", object{}))
	denied("a secret in a definition", p.call(t, http.MethodPatch, flow, object{"definition": ask("https://evil.example/v1", "sk-proj-"+mixed(48))}))
}

// A removed person's run in flight ends within a second, at another replica too.
func TestAttackRunOfARemovedPerson(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S15", "what a person still has after the removal")
	in := install(t, fiveProcesses, options{twice: true})
	provider := gated(t)
	w := in.asker(t, provider.URL)
	p := w.person(t, "PERSON_ROLE_EDITOR")
	open := provider.close()
	defer open()
	answers := make(chan reply, 1)
	go func() {
		r, err := p.try(http.MethodPost, w.path()+"/workflows/ask:run", question("x"))
		if err != nil {
			t.Error(err)
		}
		answers <- r
	}()
	eventually(t, 30*time.Second, "the provider is asked", func() bool { return provider.count() == 1 })
	second := &client{in: in, base: in.second, key: p.token}
	if got := second.get(t, "/v1/whoami"); got.text("role") != "editor" {
		t.Fatalf("at the second gateway: %s", got)
	}
	w.must(t, http.MethodDelete, "/v1/"+p.name, nil)
	select {
	case r := <-answers:
		a.Attempt(r.status >= 400, "the run ends with %s", r)
	case <-time.After(limit):
		a.Attempt(false, "the run continues %v later", limit)
	}
	eventually(t, limit, "the session ends at the second gateway", func() bool {
		return second.call(t, http.MethodGet, "/v1/whoami", nil).status == http.StatusUnauthorized
	})
	began := time.Now()
	got := p.call(t, http.MethodGet, w.path()+"/workflows", nil)
	for got.status != http.StatusUnauthorized && time.Since(began) < limit {
		got = p.call(t, http.MethodGet, w.path()+"/workflows", nil)
	}
	a.Attempt(got.status == http.StatusUnauthorized, "the key: %s", got)
}

// Other sites, and pages of this one, cannot join or sign up for a person, or get a token.
func TestAttackJoiningForAnother(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S16", "joining and signing up from other sites, by scripts and without HTTPS")
	in := install(t, oneProcess, options{})
	w := in.tenant(t)
	code := w.invitation(t, "PERSON_ROLE_OWNER")
	body := map[string]object{
		"/app/join": {"code": code, "title": "Eve"}, "/app/sign-up": {"workspaceId": "up-" + random()[:12], "title": "Eve"},
		"/v1/invitations:accept": {"code": code, "title": "Eve"}, "/v1/workspaces:signUp": {"workspaceId": "up-" + random()[:12], "title": "Eve"},
	}
	for path, sent := range body {
		for name, header := range map[string][]string{
			"cross-site": {"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"},
			"same-site":  {"Sec-Fetch-Site", "same-site", "Origin", "http://127.0.0.1:1"},
			"null":       {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
			"own page":   {"Sec-Fetch-Site", "same-origin", "Origin", in.base},
		} {
			if name == "own page" && strings.HasPrefix(path, "/app/") {
				continue
			}
			got := in.guest().call(t, http.MethodPost, path, sent, header...)
			a.Attempt(got.status == http.StatusForbidden && len(got.header.Values("Set-Cookie")) == 0, "%s of a %s page: %s", path, name, got)
		}
		if strings.HasPrefix(path, "/app/") {
			got := in.guest().call(t, http.MethodPost, path, sent, "Content-Type", "text/plain", "Sec-Fetch-Site", "same-origin", "Origin", in.base)
			a.Attempt(got.status == http.StatusBadRequest, "%s as text: %s", path, got)
		}
		g := in.guest()
		g.transport = hostOf{"keyhole.example"}
		got := g.call(t, http.MethodPost, path, sent, "X-Forwarded-Proto", "https", "X-Http-Method-Override", "POST")
		a.Attempt(got.reason() == "HTTPS_REQUIRED", "%s over plain HTTP: %s", path, got)
	}
	for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		got := w.call(t, http.MethodPost, "/v1/"+w.keyName, nil, header, http.MethodDelete, "Content-Type", "application/x-www-form-urlencoded")
		a.Attempt(got.status >= 400, "%s: %s", header, got)
	}
	if w.get(t, "/v1/whoami").text("role") != "member" {
		t.Error("the key was revoked")
	}
}
