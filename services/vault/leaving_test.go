package vault_test

import (
	"context"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// A replica that did not make the call judges a run's outputs by the same parts of an
// address as the replica that did: names in the path are not secret.
func TestLeavingTextsMayNameTheAddress(t *testing.T) {
	t.Parallel()
	in := newHarness(t, "", "")
	in.dbURL, in.redisURL = testkit.SQLite(t), "embedded:"
	calls, ends := in.start(t), in.start(t)
	n := calls.tenant(t, "demo")
	f := newThief(t, n)
	c, err := n.r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{
		Credential: &vaultv1.Credential{
			Name: n.llm.GetName(), Hosts: []string{n.r.host()}, SlotKind: vaultv1.SlotKind_SLOT_KIND_URL,
			Value: n.r.provider.URL + "/deployments/extraordinary-paragliding-production?key=" + f.body,
		}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"value", "hosts", "slot_kind"}},
	})
	must(t, err)
	n.llm = c
	must(t, n.opens("a", true))
	leaves := func(text string, want vaultinternalv1.Verdict) {
		_, run, err := f.run(calls, "a", "hello")
		must(t, err)
		out, err := ends.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: run, Leaving: [][]byte{[]byte(text)}})
		must(t, err)
		if out.GetVerdict() != want {
			t.Errorf("%s: %v", text, out.GetVerdict())
		}
	}
	leaves("deployments/extraordinary-paragliding-production", vaultinternalv1.Verdict_VERDICT_UNSPECIFIED)
	leaves(f.body[:40], vaultinternalv1.Verdict_VERDICT_WITHHELD)
}

// The runner sends the end of a run again if the answer is late. The second verdict is the first: otherwise the
// visitor would read that the link is paused, and would know that the guard found something.
func TestTheEndOfARunIsJudgedAlikeTwice(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		f := newThief(t, n)
		must(t, n.opens("a", true))
		_, run, err := f.run(r, "a", "hello")
		must(t, err)
		for time := range 2 {
			if got := f.ends(run, f.body[:40]); got != vaultinternalv1.Verdict_VERDICT_WITHHELD {
				t.Errorf("time %d: %v", time, got)
			}
		}
	})
}
