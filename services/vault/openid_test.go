package vault_test

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/idp"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

// here is the installation in browsers.
const here = "https://keyhole.example"

// entrance is a vault with an identity provider, and a workspace that its rules lead to.
type entrance struct {
	*replica
	idp *idp.Provider
	n   *tenant
}

// entrances runs a test with each database.
func entrances(t *testing.T, test func(t *testing.T, e *entrance)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, url string) { test(t, newEntrance(t, url, nil)) })
}

func newEntrance(t testing.TB, db string, change func(*openid.Settings)) *entrance {
	t.Helper()
	p := idp.Start(t)
	in := newHarness(t, db, "embedded:")
	in.openID = openid.Settings{
		Issuer: p.URL, Name: "Acme ID", ClientID: idp.ClientID, ClientSecretFile: p.SecretFile, RedirectBase: here, Scopes: []string{"email", "profile"},
		Rules: []string{"groups has keyhole admins => demo/owner", "https://acme.com/teams has vision => second/editor", "email-domain acme.com => demo/editor"},
	}
	if change != nil {
		change(&in.openID)
	}
	r := in.start(t)
	return &entrance{replica: r, idp: p, n: r.tenant(t, "demo")}
}

// browser is what a browser keeps of a sign-in.
type browser struct{ location, flow string }

func (e *entrance) begin(t testing.TB) browser {
	t.Helper()
	got, err := e.asPeer("gateway").StartSignIn(guest("visitor-1"), &vaultinternalv1.StartSignInRequest{Next: "/app/demo/runs", Origin: here})
	must(t, err)
	return browser{got.GetLocation(), got.GetFlow()}
}

// finish brings an answer of the provider back.
func (e *entrance) finish(b browser, answer url.Values) (*vaultinternalv1.FinishSignInResponse, error) {
	return e.asPeer("gateway").FinishSignIn(guest("visitor-1"), &vaultinternalv1.FinishSignInRequest{
		Flow: b.flow, State: answer.Get("state"), Code: answer.Get("code"), Issuer: answer.Get("iss"), Error: answer.Get("error"), Client: "Firefox",
	})
}

// enter signs in the person whom the claims describe.
func (e *entrance) enter(t testing.TB, claims map[string]any) (*vaultinternalv1.FinishSignInResponse, error) {
	t.Helper()
	e.idp.Does(idp.Behaviour{Claims: claims})
	b := e.begin(t)
	return e.finish(b, e.idp.Visit(t, b.location))
}

func guest(visitor string) context.Context {
	return caller.With(context.Background(), caller.Principal{Kind: caller.Guest, Visitor: visitor})
}

func (e *entrance) people(t testing.TB, n *tenant) []*vaultv1.Person {
	t.Helper()
	got, err := e.public.ListPeople(n.ctx, &vaultv1.ListPeopleRequest{Parent: "workspaces/" + n.ws})
	must(t, err)
	return got.GetPeople()
}

var ada = map[string]any{"sub": "ada", "email": "Ada@ACME.com", "email_verified": true, "name": "Ada\u202e <b>L.</b>\n"}

// with adds claims.
func claims(of map[string]any, more ...any) map[string]any {
	all := map[string]any{}
	for k, v := range of {
		all[k] = v
	}
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i].(string)] = more[i+1]
	}
	return all
}

func TestAPersonSignsInWithTheIdentityProvider(t *testing.T) {
	t.Parallel()
	entrances(t, func(t *testing.T, e *entrance) {
		first, err := e.enter(t, ada)
		must(t, err)
		me := e.by(t, first.GetSession().GetToken())
		if first.GetNext() != "/app/demo/runs" || me.Kind != caller.Editor || me.Workspace != "demo" || me.Key != first.GetSession().GetKey() {
			t.Errorf("signed in to %v as %+v", first, me)
		}
		is := e.people(t, e.n)
		if len(is) != 1 || is[0].GetTitle() != "Ada <b>L.</b>" || is[0].GetEmail() != "Ada@ACME.com" || is[0].GetRole() != editor {
			t.Errorf("people: %v", is)
		}
		again, err := e.enter(t, ada)
		must(t, err)
		if again.GetSession().GetKey() != first.GetSession().GetKey() || len(e.people(t, e.n)) != 1 {
			t.Errorf("the same person got the key %s, before %s", again.GetSession().GetKey(), first.GetSession().GetKey())
		}
		other, err := e.enter(t, claims(ada, "sub", "Ada", "email", "ada.two@acme.com"))
		must(t, err)
		if other.GetSession().GetKey() == first.GetSession().GetKey() || len(e.people(t, e.n)) != 2 {
			t.Error("another subject is the same person")
		}
		for _, action := range []string{"person.create", "key.create", "session.create"} {
			if got := e.events(t, e.n, action); len(got) < 2 || got[0].GetDetails()["by"] != "identity provider" {
				t.Errorf("audit log: %s: %v", action, got)
			}
		}
		who, err := e.public.Whoami(context.Background(), &vaultv1.WhoamiRequest{})
		must(t, err)
		if who.GetIdentityProvider() != "Acme ID" {
			t.Errorf("guests see %q", who.GetIdentityProvider())
		}
	})
}

// The claims of each sign-in decide.
func TestChangedClaimsChangeTheAccess(t *testing.T) {
	t.Parallel()
	entrances(t, func(t *testing.T, e *entrance) {
		second := e.tenant(t, "second")
		first, err := e.enter(t, claims(ada, "groups", []string{"x", "keyhole admins"}))
		must(t, err)
		if got := e.by(t, first.GetSession().GetToken()); got.Kind != caller.Member {
			t.Errorf("a group of owners gives %v", got.Kind)
		}
		editor, err := e.enter(t, ada)
		must(t, err)
		if got := e.by(t, editor.GetSession().GetToken()); got.Kind != caller.Editor || got.Key != first.GetSession().GetKey() {
			t.Errorf("without the group: %+v", got)
		}
		if e.present(first.GetSession().GetToken()) == nil {
			t.Error("the session with the former role works")
		}
		moved, err := e.enter(t, claims(ada, "https://acme.com/teams", "vision"))
		must(t, err)
		if got := e.by(t, moved.GetSession().GetToken()); got.Workspace != "second" || len(e.people(t, e.n)) != 0 || len(e.people(t, second)) != 1 {
			t.Errorf("moved to %+v, left behind: %v", got, e.people(t, e.n))
		}
		if e.present(editor.GetSession().GetToken()) == nil {
			t.Error("the session in the former workspace works")
		}
		_, err = e.enter(t, claims(ada, "email", "ada@elsewhere.com"))
		if errs.ReasonOf(err) != errorsv1.Reason_REASON_SIGN_IN_NO_ACCESS {
			t.Errorf("without a rule: %v", err)
		}
		if e.present(moved.GetSession().GetToken()) == nil || len(e.people(t, second)) != 0 {
			t.Error("access continues after no rule matched")
		}
		back, err := e.enter(t, ada)
		must(t, err)
		if got := back.GetSession().GetKey(); got == first.GetSession().GetKey() {
			t.Error("a key that ended works again")
		}
	})
}

// A role that an owner set counts until the person leaves the rules.
func TestAnOwnerRemovesAPersonOfTheIdentityProvider(t *testing.T) {
	t.Parallel()
	entrances(t, func(t *testing.T, e *entrance) {
		in, err := e.enter(t, ada)
		must(t, err)
		_, err = e.public.DeleteKey(e.n.ctx, &vaultv1.DeleteKeyRequest{Name: in.GetSession().GetKey()})
		must(t, err)
		renewed, err := e.enter(t, ada)
		must(t, err)
		if renewed.GetSession().GetKey() == in.GetSession().GetKey() || len(e.people(t, e.n)) != 1 {
			t.Error("after the key was revoked, the person needs another key")
		}
		_, err = e.public.DeletePerson(e.n.ctx, &vaultv1.DeletePersonRequest{Name: e.people(t, e.n)[0].GetName()})
		must(t, err)
		for _, c := range []map[string]any{ada, claims(ada, "groups", "keyhole admins"), claims(ada, "email_verified", false), ada} {
			if _, err := e.enter(t, c); errs.ReasonOf(err) != errorsv1.Reason_REASON_SIGN_IN_NO_ACCESS && errs.ReasonOf(err) != errorsv1.Reason_REASON_EMAIL_NOT_VERIFIED {
				t.Errorf("somebody whom an owner removed is back: %v", err)
			}
		}
		if len(e.people(t, e.n)) != 0 {
			t.Error("a removed person is listed")
		}
	})
}

func TestTheKeysOfTheIdentityProviderChange(t *testing.T) {
	t.Parallel()
	e := newEntrance(t, testkit.SQLite(t), nil)
	for range 3 {
		_, err := e.enter(t, ada)
		must(t, err)
		e.idp.Rotate()
	}
	if n := e.idp.Asked("/.well-known/openid-configuration"); n != 1 {
		t.Errorf("the document was read %d times", n)
	}
	if n := e.idp.Asked("/keys"); n != 3 {
		t.Errorf("keys were read %d times for 3 keys", n)
	}
	e.idp.Does(idp.Behaviour{Before: broken(500)})
	e.offset.Store(int64(2 * time.Hour))
	b := e.begin(t)
	e.offset.Store(0)
	if !strings.HasPrefix(b.location, e.idp.URL+"/authorize?") {
		t.Error("a provider that is down for a moment has no page any more")
	}
}

// Claims that the ID token lacks come from userinfo.
func TestClaimsComeFromUserinfo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token, info map[string]any
		want        errorsv1.Reason
	}{
		"all":               {map[string]any{"sub": "a"}, claims(ada, "sub", "a"), 0},
		"groups":            {map[string]any{"sub": "b"}, map[string]any{"sub": "b", "groups": []string{"keyhole admins"}}, 0},
		"another person":    {map[string]any{"sub": "c"}, claims(ada, "sub", "d"), errorsv1.Reason_REASON_UNAUTHENTICATED},
		"half of an e-mail": {map[string]any{"sub": "e", "email": "e@acme.com"}, map[string]any{"sub": "e", "email": "x@other.com", "email_verified": true}, errorsv1.Reason_REASON_EMAIL_NOT_VERIFIED},
		"the other half":    {map[string]any{"sub": "f", "email_verified": true}, map[string]any{"sub": "f", "email": "f@acme.com"}, errorsv1.Reason_REASON_EMAIL_NOT_VERIFIED},
	} {
		e := newEntrance(t, testkit.SQLite(t), nil)
		e.idp.Does(idp.Behaviour{Claims: c.token, UserInfo: c.info})
		b := e.begin(t)
		_, err := e.finish(b, e.idp.Visit(t, b.location))
		if errs.ReasonOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSigningOutAtTheIdentityProvider(t *testing.T) {
	t.Parallel()
	e := newEntrance(t, testkit.SQLite(t), nil)
	in, err := e.enter(t, ada)
	must(t, err)
	out := func(token string) string {
		got, err := e.asPeer("gateway").ResolveSignOut(caller.With(context.Background(), e.by(t, token)), &vaultinternalv1.ResolveSignOutRequest{})
		must(t, err)
		return got.GetLocation()
	}
	want := e.idp.URL + "/logout?client_id=keyhole&from=here&post_logout_redirect_uri=" + url.QueryEscape(here+"/app/sign-in")
	if got := out(in.GetSession().GetToken()); got != want {
		t.Errorf("sign-out at %q, want %q", got, want)
	}
	if got := out(e.signIn(t, e.n.ctx).GetToken()); got != "" {
		t.Errorf("a session that began with a key signs out at %q", got)
	}
}

// Without the settings nobody can sign in this way.
func TestWithoutAnIdentityProvider(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	who, err := r.public.Whoami(context.Background(), &vaultv1.WhoamiRequest{})
	must(t, err)
	_, begun := r.asPeer("gateway").StartSignIn(guest("v"), &vaultinternalv1.StartSignInRequest{})
	_, ended := r.asPeer("gateway").FinishSignIn(guest("v"), &vaultinternalv1.FinishSignInRequest{})
	if who.GetIdentityProvider() != "" || errs.ReasonOf(begun) != errorsv1.Reason_REASON_SIGN_IN_REFUSED || errs.ReasonOf(ended) != errorsv1.Reason_REASON_SIGN_IN_REFUSED {
		t.Errorf("%q, %v, %v", who.GetIdentityProvider(), begun, ended)
	}
}
