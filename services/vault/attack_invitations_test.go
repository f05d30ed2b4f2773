package vault_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// A thief with a session invites people, also through a command line that it approved and with a
// key that it made, and joins with one of the invitations. A person who ends the session gets a
// list of all of it, and can revoke it in one request.
func TestAttackInvitationsThatASessionLeftBehind(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S12", "invitations that a stolen session leaves behind")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		public := vaultv1.NewVaultServiceClient(r.forwarding)
		codes := map[string]string{} // of invitations, by their names
		invite := func(client vaultv1.VaultServiceClient, ctx context.Context) (string, error) {
			i, err := client.CreateInvitation(ctx, &vaultv1.CreateInvitationRequest{
				Parent: "workspaces/demo", Invitation: &vaultv1.Invitation{Role: vaultv1.PersonRole_PERSON_ROLE_OWNER},
			})
			if err == nil {
				_, codes[i.GetName()], _ = strings.Cut(i.GetPath(), "code=")
			}
			return i.GetName(), err
		}
		must2 := func(name string, err error) string { must(t, err); return name }
		stolen, other := r.signIn(t, n.ctx), r.signIn(t, n.ctx)
		as := caller.With(context.Background(), r.by(t, stolen.GetToken()))
		line := newCommandLine()
		approval, err := public.ApproveLogin(as, &vaultv1.ApproveLoginRequest{Challenge: line.challenge})
		must(t, err)
		child, err := r.take(approval.GetCode(), line.verifier)
		must(t, err)

		direct, used := must2(invite(public, as)), must2(invite(public, as))
		through := must2(invite(public, caller.With(context.Background(), r.by(t, child.GetToken()))))
		made, err := public.CreateKey(as, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo", Key: &vaultv1.Key{Title: "made"}})
		must(t, err)
		withKey := must2(invite(r.public, with(made.GetKey())))
		joined, err := r.accept(codes[used])
		must(t, err)
		byJoined := must2(invite(r.public, with(joined.GetKey().GetKey())))
		kept := must2(invite(public, caller.With(context.Background(), r.by(t, other.GetToken()))))

		names := func(list []*vaultv1.Invitation) []string {
			var all []string
			for _, i := range list {
				all = append(all, i.GetName())
				a.Attempt(i.GetPath() == "", "the list has the code of %s", i.GetName())
			}
			slices.Sort(all)
			return all
		}
		left := []string{direct, through, withKey, byJoined}
		slices.Sort(left)
		page, err := r.public.ListSessions(n.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		for _, s := range page.GetSessions() {
			want := map[string][]string{stolen.GetName(): left, other.GetName(): {kept}, child.GetName(): {through}}[s.GetName()]
			if got := names(s.GetMadeInvitations()); !slices.Equal(got, want) {
				t.Errorf("%s made %q, want %q", s.GetName(), got, want)
			}
		}

		ended, err := r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: stolen.GetName(), RevokeKeys: true})
		must(t, err)
		if got := names(ended.GetMadeInvitations()); !slices.Equal(got, left) {
			t.Errorf("with the session went %q, want %q", got, left)
		}
		if len(ended.GetMadeKeys()) != 2 { // the key that it made, and that of the person who joined
			t.Errorf("with the session went the keys %v", ended.GetMadeKeys())
		}
		// Another replica may know the session for a second.
		_, err = invite(public, as)
		a.Attempt(err != nil, "a session that has ended invites")
		for _, name := range left {
			_, err := r.accept(codes[name])
			a.Attempt(err != nil, "somebody joins with %s", name)
		}
		for what, key := range map[string]string{"made": made.GetKey(), "joined": joined.GetKey().GetKey()} {
			gone := func() bool { _, err := r.public.Whoami(with(key), &vaultv1.WhoamiRequest{}); return err != nil }
			eventually(t, 5*time.Second, "the end of a key", gone)
			a.Attempt(gone(), "the %s key works", what)
		}
		a.Attempt(r.present(joined.GetSession().GetToken()) != nil, "the session of who joined works")
		if got := r.events(t, n, "invitation.revoke"); len(got) != len(left) || got[0].GetDetails()["with"] == "" {
			t.Errorf("the audit log: %v", got)
		}

		ended, err = r.public.DeleteSession(n.ctx, &vaultv1.DeleteSessionRequest{Name: other.GetName()})
		must(t, err)
		if got := names(ended.GetMadeInvitations()); !slices.Equal(got, []string{kept}) {
			t.Errorf("without revoke_keys: %q", got)
		}
		_, err = r.accept(codes[kept])
		must(t, err)
	})
}

// Editors and viewers do not see who was invited.
func TestAttackOthersInvitationsThroughASession(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S12", "invitations named to who is no owner")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		public := vaultv1.NewVaultServiceClient(r.forwarding)
		who := r.join(t, n.ctx, "demo", vaultv1.PersonRole_PERSON_ROLE_OWNER)
		own := r.signIn(t, who.ctx)
		_, _ = r.invite(t, n.ctx, "demo", vaultv1.PersonRole_PERSON_ROLE_VIEWER)
		_, err := public.CreateInvitation(caller.With(context.Background(), r.by(t, own.GetToken())), &vaultv1.CreateInvitationRequest{
			Parent: "workspaces/demo", Invitation: &vaultv1.Invitation{Role: vaultv1.PersonRole_PERSON_ROLE_VIEWER},
		})
		must(t, err)
		editor := r.join(t, n.ctx, "demo", vaultv1.PersonRole_PERSON_ROLE_EDITOR)
		mine := r.signIn(t, editor.ctx)
		got, err := r.public.ListSessions(editor.ctx, &vaultv1.ListSessionsRequest{Parent: "workspaces/demo"})
		must(t, err)
		for _, s := range got.GetSessions() {
			a.Attempt(len(s.GetMadeInvitations()) == 0, "an editor learns of %v", s.GetMadeInvitations())
		}
		ended, err := r.public.DeleteSession(editor.ctx, &vaultv1.DeleteSessionRequest{Name: mine.GetName()})
		must(t, err)
		a.Attempt(len(ended.GetMadeInvitations()) == 0, "an editor learns of invitations at the end of a session")
		_, err = r.public.DeleteSession(editor.ctx, &vaultv1.DeleteSessionRequest{Name: own.GetName(), RevokeKeys: true})
		a.Attempt(err != nil, "an editor revokes the invitations of an owner")
	})
}
