package vault_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// winners returns how many of n concurrent calls succeed.
func winners(n int, call func(i int) error) int {
	var (
		all sync.WaitGroup
		mu  sync.Mutex
		won int
	)
	for i := range n {
		all.Go(func() {
			if call(i) == nil {
				mu.Lock()
				defer mu.Unlock()
				won++
			}
		})
	}
	all.Wait()
	return won
}

// One code, many clients, two replicas of the vault.
func TestAttackRacingTwoReplicas(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S8", "one code, many exchanges at two replicas at the same time")
	stores(t, func(t *testing.T, r *replica) {
		n, second := r.tenant(t, "demo"), r.start(t)
		both := []*replica{r, second}
		for range 4 {
			_, code := r.invite(t, n.ctx, "demo", editor)
			won := winners(12, func(i int) error { _, err := both[i%2].accept(code); return err })
			a.Attempt(won == 1, "%d of 12 accept one invitation", won)
			link := r.link(t, n.ctx)
			won = winners(12, func(i int) error { _, err := both[i%2].exchange(link); return err })
			a.Attempt(won == 1, "%d of 12 exchange one sign-in link", won)
		}
	})
}

// Nobody gets more rights than an owner gave.
func TestAttackRaisingARole(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S9", "people who want more rights than their role")
	stores(t, func(t *testing.T, r *replica) {
		n, other := r.tenant(t, "demo"), r.tenant(t, "other")
		for _, role := range []vaultv1.PersonRole{viewer, editor} {
			p := r.join(t, n.ctx, "demo", role)
			for name, err := range r.ownersCalls(p.ctx, p.GetPerson().GetName()) {
				a.Attempt(errs.ReasonOf(err) == denied, "%s: a %v: %v", name, role, err)
			}
			session := caller.With(context.Background(), r.by(t, p.GetSession().GetToken()))
			_, err := vaultv1.NewVaultServiceClient(r.forwarding).UpdatePerson(session, &vaultv1.UpdatePersonRequest{Person: &vaultv1.Person{Name: p.GetPerson().GetName(), Role: owner}})
			a.Attempt(errs.ReasonOf(err) == denied, "by session: %v", err)
		}
		boss := r.join(t, n.ctx, "demo", owner)
		_, err := r.public.UpdatePerson(boss.ctx, &vaultv1.UpdatePersonRequest{Person: &vaultv1.Person{Name: boss.GetPerson().GetName(), Role: viewer}})
		a.Attempt(errs.ReasonOf(err) == denied, "an owner changes the own role: %v", err)
		for name, err := range r.ownersCalls(other.ctx, boss.GetPerson().GetName()) {
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_NOT_FOUND, "%s: an owner of another workspace: %v", name, err)
		}
		for name, err := range r.ownersCalls(r.asOperator(), boss.GetPerson().GetName()) {
			a.Attempt(err != nil || name == "create key" || name == "list keys", "%s: an operator: %v", name, err)
		}
		// A principal that was asserted before the role changed.
		stale := caller.With(context.Background(), r.identify(t, boss.GetKey().GetKey()))
		_, err = r.public.UpdatePerson(n.ctx, &vaultv1.UpdatePersonRequest{Person: &vaultv1.Person{Name: boss.GetPerson().GetName(), Role: viewer}})
		must(t, err)
		late := vaultv1.NewVaultServiceClient(r.forwarding)
		_, err = late.CreateInvitation(stale, &vaultv1.CreateInvitationRequest{Parent: "workspaces/demo", Invitation: &vaultv1.Invitation{Role: owner}})
		a.Attempt(errs.ReasonOf(err) == denied, "a former owner invites with an old assertion: %v", err)
		_, err = late.CreateKey(stale, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		a.Attempt(errs.ReasonOf(err) == denied, "a former owner makes a key with an old assertion: %v", err)
	})
}

// ownersCalls makes the calls that only owners may make, in the workspace of a person.
func (r *replica) ownersCalls(ctx context.Context, person string) map[string]error {
	ws, _, _ := strings.Cut(strings.TrimPrefix(person, "workspaces/"), "/")
	parent := "workspaces/" + ws
	out := map[string]error{}
	_, out["raise the role"] = r.public.UpdatePerson(ctx, &vaultv1.UpdatePersonRequest{Person: &vaultv1.Person{Name: person, Role: owner}})
	_, out["remove"] = r.public.DeletePerson(ctx, &vaultv1.DeletePersonRequest{Name: person})
	_, out["list people"] = r.public.ListPeople(ctx, &vaultv1.ListPeopleRequest{Parent: parent})
	_, out["invite"] = r.public.CreateInvitation(ctx, &vaultv1.CreateInvitationRequest{Parent: parent, Invitation: &vaultv1.Invitation{Role: owner}})
	_, out["list invitations"] = r.public.ListInvitations(ctx, &vaultv1.ListInvitationsRequest{Parent: parent})
	_, out["create key"] = r.public.CreateKey(ctx, &vaultv1.CreateKeyRequest{Parent: parent})
	_, out["list keys"] = r.public.ListKeys(ctx, &vaultv1.ListKeysRequest{Parent: parent})
	_, out["create credential"] = r.public.CreateCredential(ctx, &vaultv1.CreateCredentialRequest{
		Parent: parent, CredentialId: "mine", Credential: &vaultv1.Credential{Provider: "openai_compatible", Value: canary, Hosts: []string{r.host()}},
	})
	_, out["read the audit log"] = r.public.ListAuditEvents(ctx, &vaultv1.ListAuditEventsRequest{Parent: parent})
	return out
}

// Owners who remove and demote each other at the same time leave one.
func TestAttackWorkspaceWithoutOwner(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S10", "a workspace that loses its last owner")
	stores(t, func(t *testing.T, r *replica) {
		second := r.start(t)
		both := []*replica{r, second}
		for i := range 4 {
			ws := fmt.Sprintf("demo-%d", i)
			n := r.tenant(t, ws)
			one, two := r.join(t, n.ctx, ws, owner), r.join(t, n.ctx, ws, owner)
			_, err := r.public.DeleteKey(r.asOperator(), &vaultv1.DeleteKeyRequest{Name: n.key.GetName()})
			must(t, err)
			pairs := []somebody{one, two}
			won := winners(2, func(i int) error {
				victim := pairs[1-i].GetPerson().GetName()
				if i == 0 {
					_, err := both[i].public.DeletePerson(pairs[i].ctx, &vaultv1.DeletePersonRequest{Name: victim})
					return err
				}
				_, err := both[i].public.UpdatePerson(pairs[i].ctx, &vaultv1.UpdatePersonRequest{Person: &vaultv1.Person{Name: victim, Role: viewer}})
				return err
			})
			a.Attempt(won == 1, "%d of 2 owners removed each other", won)
		}
		alone, err := r.public.SignUp(context.Background(), &vaultv1.SignUpRequest{WorkspaceId: "alone", Title: "Ada"})
		must(t, err)
		_, err = r.public.DeletePerson(with(alone.GetKey().GetKey()), &vaultv1.DeletePersonRequest{Name: alone.GetPerson().GetName()})
		a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_LAST_OWNER, "the only owner leaves: %v", err)
	})
}

// A visitor cannot fill the installation with workspaces, or find out which exist.
func TestAttackSigningUpWithoutEnd(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S11", "many workspaces from one address")
	stores(t, func(t *testing.T, r *replica) {
		guest := caller.With(context.Background(), caller.Principal{Kind: caller.Guest, Visitor: "guest-1"})
		made, taken := 0, 0
		for i := range 60 {
			id := fmt.Sprintf("mine-%d", i)
			if i%2 == 1 {
				id = "mine-0"
			}
			_, err := vaultv1.NewVaultServiceClient(r.forwarding).SignUp(guest, &vaultv1.SignUpRequest{WorkspaceId: id, Title: "Eve"})
			switch errs.ReasonOf(err) {
			case errorsv1.Reason_REASON_UNSPECIFIED:
				made++
			case errorsv1.Reason_REASON_ALREADY_EXISTS:
				taken++
			}
		}
		a.Attempt(made+taken <= 20, "%d workspaces made, %d ids tried", made, taken)
		n := r.tenant(t, "demo")
		_, err := r.public.SignUp(n.ctx, &vaultv1.SignUpRequest{WorkspaceId: "second", Title: "Eve"})
		a.Attempt(err != nil, "the holder of a key signs up")
	})
}

// Texts of one kind in the place of another.
func TestAttackCodesOfAnotherKind(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "S12", "invitations, links, keys and sessions in each other's place")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		_, invitation := r.invite(t, n.ctx, "demo", owner)
		link, token := r.link(t, n.ctx), r.signIn(t, n.ctx).GetToken()
		for _, text := range []string{link, token, n.key.GetKey(), "khi_" + link[4:], "khi_" + token[4:], invitation[:10], invitation + "a", " " + invitation, "khi_"} {
			_, err := r.accept(text)
			a.Attempt(err != nil, "%.8s... is an invitation", text)
		}
		for _, text := range []string{invitation, "khc_" + invitation[4:]} {
			_, err := r.exchange(text)
			a.Attempt(err != nil, "%.8s... is a sign-in link", text)
		}
		a.Attempt(r.present(invitation) != nil && r.present("khs_"+invitation[4:]) != nil, "an invitation is a session")
		_, err := r.public.Whoami(with(invitation), &vaultv1.WhoamiRequest{})
		a.Attempt(err != nil, "an invitation is a key")
		if _, err := r.accept(invitation); err != nil {
			t.Error(err)
		}
	})
}
