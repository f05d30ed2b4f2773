package vault_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/grant"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

const valueNeeded = errorsv1.Reason_REASON_CREDENTIAL_VALUE_NEEDED

// own returns the claims of the workspace's own run, which sends to the credential's hosts.
func (n *tenant) own(destination string) grant.Claims {
	c := n.claims()
	c.Share, c.Authority = "", n.owner.Assertion
	c.Slots = []grant.Slot{{Step: "llm", Field: "api_key", Credential: n.llm.GetName(), Destination: destination}}
	return c
}

// TestAttackMovingACredentialWithoutItsValue tries every mask over a stored value, and
// deleting and creating it again. The value must not arrive at a host that its owner did
// not name.
func TestAttackMovingACredentialWithoutItsValue(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A2", "change hosts, provider or slot of a stored value, by every mask")
	testkit.Databases(t, func(t *testing.T, url string) {
		thief := testkit.Provider(t)
		in := newHarness(t, url, "embedded:")
		evil := strings.TrimSuffix(thief.URL, "/v1")
		in.allow = []string{strings.TrimPrefix(evil, "http://")}
		r := in.start(t)
		n := r.tenant(t, "demo")
		attempt := int32(0)
		steal := func(what string, err error) {
			attempt++
			token := n.sign(t, n.own(evil))
			h, issueErr := r.issue(token, "llm", attempt)
			if issueErr == nil {
				_, issueErr = r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{Method: "POST", Url: thief.URL + "/chat/completions", Handles: []string{h}}, []byte(`{}`))
			}
			arrived := slices.ContainsFunc(thief.Calls(), func(c testkit.Call) bool { return strings.Contains(fmt.Sprint(c), canary) })
			a.Attempt(issueErr != nil && !arrived, "%s (%v): the value went to another host (%v)", what, err, issueErr)
		}
		for _, change := range masks() {
			c := &vaultv1.Credential{Name: n.llm.GetName(), Provider: "generic", Hosts: []string{evil}, SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: "x-key", Title: "t"}
			got, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: c, UpdateMask: &fieldmaskpb.FieldMask{Paths: change}})
			a.Attempt(err != nil || sameUnit(got, n.llm), "mask %v without the value: %v", change, got)
			steal(fmt.Sprintf("mask %v", change), err)
		}
		for name, c := range map[string]*vaultv1.Credential{
			"more hosts":  {Hosts: []string{r.host(), evil}},
			"other hosts": {Hosts: []string{evil}},
			"other place": {SlotKind: vaultv1.SlotKind_SLOT_KIND_QUERY, SlotName: "q"},
			"no provider": {Provider: "generic"},
		} {
			c.Name = n.llm.GetName()
			_, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: c})
			a.Attempt(errs.ReasonOf(err) == valueNeeded, "%s, without a mask: %v", name, err)
			steal(name, err)
		}
		_, err := r.public.DeleteCredential(n.ctx, &vaultv1.DeleteCredentialRequest{Name: n.llm.GetName(), Force: true})
		must(t, err)
		_, err = r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
			Parent: "workspaces/demo", CredentialId: "llm",
			Credential: &vaultv1.Credential{Provider: "generic", Value: "another-value-of-my-own-1234567890", Hosts: []string{evil}},
		})
		must(t, err)
		attempt++
		_, err = r.egressTo(n.sign(t, n.own(evil)), attempt, thief.URL)
		must(t, err)
		a.Attempt(!strings.Contains(fmt.Sprint(thief.Calls()), canary), "delete and create with the same id: the old value went to the new host")
	})
}

func (r *replica) egressTo(token string, attempt int32, url string) (answer, error) {
	h, err := r.issue(token, "llm", attempt)
	if err != nil {
		return answer{}, err
	}
	return r.egress(context.Background(), r.runner, &vaultinternalv1.EgressHead{Method: "POST", Url: url + "/chat/completions", Handles: []string{h}}, []byte(`{}`))
}

func sameUnit(a, b *vaultv1.Credential) bool {
	return a.GetProvider() == b.GetProvider() && slices.Equal(a.GetHosts(), b.GetHosts()) && a.GetSlotKind() == b.GetSlotKind() && a.GetSlotName() == b.GetSlotName()
}

// masks returns all combinations of the paths of an update.
func masks() [][]string {
	paths := []string{"value", "provider", "hosts", "slot_kind", "slot_name", "title"}
	var out [][]string
	for bits := 1; bits < 1<<len(paths); bits++ {
		var mask []string
		for i, p := range paths {
			if bits&(1<<i) != 0 {
				mask = append(mask, p)
			}
		}
		out = append(out, mask)
	}
	return out
}

func TestAChangedUnitWaitsForItsOwner(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		n.open(t, 100)
		update := func(c *vaultv1.Credential) *vaultv1.Credential {
			c.Name = n.llm.GetName()
			out, err := r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: c})
			must(t, err)
			return out
		}
		attempt := int32(0)
		wants := func(what string, runs bool) {
			t.Helper()
			attempt++
			_, err := r.issue(n.sign(t, n.claims()), "llm", attempt)
			if runs {
				must(t, err)
			} else {
				refusedWith(t, err, errorsv1.Reason_REASON_SHARE_PAUSED, codes.FailedPrecondition)
			}
			g, err := r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share()})
			must(t, err)
			if slices.Equal(g.GetUnconfirmed(), []string{"llm"}) == runs || g.GetSuspended() {
				t.Errorf("%s: the grant is %v", what, g)
			}
		}
		update(&vaultv1.Credential{Hosts: n.llm.GetHosts(), Provider: n.llm.GetProvider(), SlotKind: n.llm.GetSlotKind(), Title: "sent back as it was read"})
		wants("nothing changed", true)
		update(&vaultv1.Credential{Value: canary + "2"})
		wants("a new value alone", true)
		changed := update(&vaultv1.Credential{Value: canary, SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: "x-key"})
		if changed.GetVersion() != 3 {
			t.Errorf("the version is %d", changed.GetVersion())
		}
		wants("another place", false)
		must(t, n.put(n.owner, 50, false)) // a change of limits confirms nothing
		wants("other limits", false)
		update(&vaultv1.Credential{Value: canary, SlotKind: n.llm.GetSlotKind()})
		wants("moved and moved back", false)
		must(t, n.put(n.owner, 50, true))
		wants("confirmed", true)
	})
}
