package vault_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
)

const (
	viewer = vaultv1.PersonRole_PERSON_ROLE_VIEWER
	editor = vaultv1.PersonRole_PERSON_ROLE_EDITOR
	owner  = vaultv1.PersonRole_PERSON_ROLE_OWNER
	denied = errorsv1.Reason_REASON_PERMISSION_DENIED
)

// invite makes an invitation and returns it with its code.
func (r *replica) invite(t testing.TB, ctx context.Context, ws string, role vaultv1.PersonRole) (*vaultv1.Invitation, string) {
	t.Helper()
	i, err := r.public.CreateInvitation(ctx, &vaultv1.CreateInvitationRequest{
		Parent: "workspaces/" + ws, Invitation: &vaultv1.Invitation{Role: role, Email: "ada@example.com"},
	})
	must(t, err)
	_, code, ok := strings.Cut(i.GetPath(), "/app/join#code=")
	if !ok {
		t.Fatalf("path %q", i.GetPath())
	}
	return i, code
}

func (r *replica) accept(code string) (*vaultv1.SignedIn, error) {
	return r.public.AcceptInvitation(context.Background(), &vaultv1.AcceptInvitationRequest{Code: code, Title: "Ada", Client: "Firefox"})
}

// somebody is a person who has joined, with the context of their key.
type somebody struct {
	*vaultv1.SignedIn
	ctx context.Context
}

// join invites a person and accepts.
func (r *replica) join(t testing.TB, ctx context.Context, ws string, role vaultv1.PersonRole) somebody {
	t.Helper()
	_, code := r.invite(t, ctx, ws, role)
	in, err := r.accept(code)
	must(t, err)
	return somebody{in, with(in.GetKey().GetKey())}
}

func (r *replica) identify(t testing.TB, key string) caller.Principal {
	t.Helper()
	p, err := r.service.Identify(context.Background(), secret.FromString(key))
	must(t, err)
	return p
}

func TestAnInvitationMakesAPerson(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		i, code := r.invite(t, n.ctx, "demo", editor)
		found, err := r.public.LookUpInvitation(context.Background(), &vaultv1.LookUpInvitationRequest{Code: code})
		must(t, err)
		if found.GetWorkspace() != "workspaces/demo" || found.GetRole() != editor || found.GetEmail() != "ada@example.com" {
			t.Errorf("it leads to %v", found)
		}
		listed, err := r.public.ListInvitations(n.ctx, &vaultv1.ListInvitationsRequest{Parent: "workspaces/demo"})
		must(t, err)
		if got := listed.GetInvitations(); len(got) != 1 || got[0].GetName() != i.GetName() || got[0].GetPath() != "" || got[0].GetKey() != n.key.GetName() {
			t.Errorf("listed %v", got)
		}
		in, err := r.accept(code)
		must(t, err)
		p := r.identify(t, in.GetKey().GetKey())
		if p.Kind != caller.Editor || p.Workspace != "demo" || p.Key != in.GetKey().GetName() {
			t.Errorf("the key is of %v", p)
		}
		if s := r.by(t, in.GetSession().GetToken()); s.Kind != caller.Editor || s.Key != p.Key || s.Session != in.GetSession().GetName() {
			t.Errorf("the session is of %v", s)
		}
		me, err := r.public.Whoami(with(in.GetKey().GetKey()), &vaultv1.WhoamiRequest{})
		must(t, err)
		if me.GetRole() != "editor" || me.GetPerson() != in.GetPerson().GetName() || me.GetPersonTitle() != "Ada" || me.GetKeyTitle() == "" ||
			in.GetSession().GetKeyTitle() != me.GetKeyTitle() {
			t.Errorf("whoami %v", me)
		}
		listed, err = r.public.ListInvitations(n.ctx, &vaultv1.ListInvitationsRequest{Parent: "workspaces/demo"})
		must(t, err)
		people, err := r.public.ListPeople(n.ctx, &vaultv1.ListPeopleRequest{Parent: "workspaces/demo"})
		must(t, err)
		if len(listed.GetInvitations()) != 0 || len(people.GetPeople()) != 1 || people.GetPeople()[0].GetTitle() != "Ada" || people.GetPeople()[0].GetEmail() != "ada@example.com" {
			t.Errorf("invitations %v, people %v", listed, people)
		}
		if got := r.events(t, n, "person.create"); len(got) != 1 || got[0].GetActor() != p.Key || got[0].GetDetails()["role"] != "editor" {
			t.Errorf("events %v", got)
		}
	})
}

// The keys and sessions of a person end with the person, at the next request.
func TestARemovedPersonHasNothing(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		boss, ada := r.join(t, n.ctx, "demo", owner), r.join(t, n.ctx, "demo", owner)
		own, err := r.public.CreateKey(ada.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		must(t, err)
		if own.GetPerson() != ada.GetPerson().GetName() {
			t.Errorf("a key that Ada made is of %q", own.GetPerson())
		}
		_, code := r.invite(t, ada.ctx, "demo", owner)
		link, token := r.link(t, ada.ctx), r.signIn(t, ada.ctx).GetToken()
		_, err = r.public.DeletePerson(boss.ctx, &vaultv1.DeletePersonRequest{Name: ada.GetPerson().GetName()})
		must(t, err)
		for name, key := range map[string]string{"first": ada.GetKey().GetKey(), "second": own.GetKey()} {
			_, err = r.public.Whoami(with(key), &vaultv1.WhoamiRequest{})
			refusedWith(t, err, unauthenticated, codes.Unauthenticated)
			if t.Failed() {
				t.Fatalf("the %s key works", name)
			}
		}
		refusedWith(t, r.present(token), unauthenticated, codes.Unauthenticated)
		refusedWith(t, r.present(ada.GetSession().GetToken()), unauthenticated, codes.Unauthenticated)
		_, err = r.accept(code)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		_, err = r.exchange(link)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		_, err = r.public.GetPerson(boss.ctx, &vaultv1.GetPersonRequest{Name: ada.GetPerson().GetName()})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
	})
}

// A role counts from the next request on, for keys that exist too, and ends the sessions.
func TestANewRole(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		ada := r.join(t, n.ctx, "demo", owner)
		_, code := r.invite(t, ada.ctx, "demo", owner)
		change := func(to vaultv1.PersonRole) {
			_, err := r.public.UpdatePerson(n.ctx, &vaultv1.UpdatePersonRequest{Person: &vaultv1.Person{Name: ada.GetPerson().GetName(), Role: to}})
			must(t, err)
		}
		change(viewer)
		if p := r.identify(t, ada.GetKey().GetKey()); p.Kind != caller.Viewer {
			t.Errorf("the key is of a %v", p.Kind)
		}
		refusedWith(t, r.present(ada.GetSession().GetToken()), unauthenticated, codes.Unauthenticated)
		_, err := r.accept(code)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		change(editor)
		if p := r.identify(t, ada.GetKey().GetKey()); p.Kind != caller.Editor {
			t.Errorf("the key is of a %v", p.Kind)
		}
		got := r.events(t, n, "person.update")
		if len(got) != 2 || got[0].GetDetails()["role"] != "editor" || got[0].GetDetails()["role_before"] != "viewer" {
			t.Errorf("events %v", got)
		}
	})
}

// An editor and a viewer see and end only their own sessions.
func TestPeopleSeeTheirOwnSessions(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		ada, bob := r.join(t, n.ctx, "demo", editor), r.join(t, n.ctx, "demo", viewer)
		for _, x := range []struct {
			who  context.Context
			want int
		}{{ada.ctx, 1}, {bob.ctx, 1}, {n.ctx, 2}} {
			got, err := r.public.ListSessions(x.who, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
			must(t, err)
			if len(got.GetSessions()) != x.want {
				t.Errorf("want %d sessions: %v", x.want, got)
			}
		}
		_, err := r.public.DeleteSession(bob.ctx, &vaultv1.DeleteSessionRequest{Name: ada.GetSession().GetName()})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		_, err = r.public.DeleteSession(bob.ctx, &vaultv1.DeleteSessionRequest{Name: bob.GetSession().GetName()})
		must(t, err)
		must(t, r.present(ada.GetSession().GetToken()))
	})
}

func TestAVisitorSignsUp(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		up := func(id string) (*vaultv1.SignedIn, error) {
			return r.public.SignUp(context.Background(), &vaultv1.SignUpRequest{WorkspaceId: id, Title: "Ada", Client: "Firefox"})
		}
		guest, err := r.public.Whoami(context.Background(), &vaultv1.WhoamiRequest{})
		must(t, err)
		in, err := up("adas-place")
		must(t, err)
		if p := r.identify(t, in.GetKey().GetKey()); p.Kind != caller.Member || p.Workspace != "adas-place" || !guest.GetCanSignUp() {
			t.Errorf("signed up as %v; guests may: %v", p, guest.GetCanSignUp())
		}
		if b := in.GetKey().GetOperatorBudget(); b.GetRuns() != 200 || b.GetPeriod() != vaultv1.Period_PERIOD_DAY {
			t.Errorf("the operator allows %v", b)
		}
		_, err = up("adas-place")
		refusedWith(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS, codes.AlreadyExists)
		for _, id := range []string{"app", "mcp", "oembed", "readiness", "embed", "healthz", "operator"} {
			_, err = up(id)
			refusedWith(t, err, errorsv1.Reason_REASON_ID_RESERVED, codes.InvalidArgument)
		}
		ctx := with(in.GetKey().GetKey())
		_, err = r.public.CreateKey(ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/adas-place"})
		refusedWith(t, err, denied, codes.PermissionDenied)
		_, err = r.public.CreateInvitation(ctx, &vaultv1.CreateInvitationRequest{Parent: "workspaces/adas-place", Invitation: &vaultv1.Invitation{Role: owner}})
		refusedWith(t, err, denied, codes.PermissionDenied)
		_, err = r.public.DeletePerson(ctx, &vaultv1.DeletePersonRequest{Name: in.GetPerson().GetName()})
		refusedWith(t, err, errorsv1.Reason_REASON_LAST_OWNER, codes.FailedPrecondition)
	})
}

func TestAnInvitationExpires(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		_, code := r.invite(t, n.ctx, "demo", viewer)
		revoked, late := r.invite(t, n.ctx, "demo", viewer)
		_, err := r.public.DeleteInvitation(n.ctx, &vaultv1.DeleteInvitationRequest{Name: revoked.GetName()})
		must(t, err)
		_, err = r.accept(late)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		r.offset.Add(int64(7 * 24 * time.Hour))
		_, err = r.accept(code)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
	})
}
