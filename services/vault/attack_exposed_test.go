package vault_test

import (
	"context"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

const exposedReason = errorsv1.Reason_REASON_CREDENTIAL_EXPOSED

// No link uses a value that has caused two suspensions: not another open link, not a new
// link, and not under another credential's name.
func TestAttackExposedValueOnOtherLinks(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A4", "other links of a value after its second suspension")
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		f := newThief(t, n)
		for _, share := range []string{"a", "b", "c"} {
			must(t, n.opens(share, true))
		}
		_, running, err := f.run(r, "c", "hello")
		must(t, err)
		for i, share := range []string{"a", "b"} { // the second suspension is of another link
			_, _, err := f.run(r, share, f.body[20*i:20*i+20])
			refusedWith(t, err, errorsv1.Reason_REASON_PROVIDER_FAILED, 14)
		}
		_, _, err = f.run(r, "c", "hello")
		report.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED, "another link that is open: %v", err)
		out, err := r.sharer.EndRun(context.Background(), &vaultinternalv1.EndRunRequest{Run: running, Leaving: [][]byte{[]byte("hello")}})
		must(t, err)
		report.Attempt(out.GetVerdict() == vaultinternalv1.Verdict_VERDICT_STOPPED, "a run of another link that continues: %v", out.GetVerdict())
		for _, resume := range []bool{true, false} {
			report.Attempt(errs.ReasonOf(n.opens("new", resume)) == exposedReason, "a new link, resume %v", resume)
		}
		for _, share := range []string{"a", "b", "c"} {
			report.Attempt(errs.ReasonOf(n.opens(share, true)) == exposedReason, "link %s is resumed", share)
		}
		must(t, n.opens("c", false)) // new limits change nothing
		_, _, err = f.run(r, "c", "hello")
		report.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED, "a link with new limits: %v", err)
		n.sameValueElsewhere(t, f, report)

		fresh, body := longKey()
		n.llm, f.body = n.newValue(t, fresh), body
		_, _, err = f.run(r, "c", "hello")
		must(t, err) // the guard has not suspended this one
		_, _, err = f.run(r, "a", "hello")
		report.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_SHARE_PAUSED, "a suspended link continues without its owner: %v", err)
		must(t, n.opens("a", true))
		_, _, err = f.run(r, "a", "hello")
		must(t, err)
	})
}

// sameValueElsewhere stores an exposed value under another id.
func (n *tenant) sameValueElsewhere(t *testing.T, f *thief, report *attack.Attack) {
	n.credential(t, "copy", "sk-proj-"+f.body)
	_, err := n.r.sharer.PutCredentialGrant(n.asOwner(), &vaultinternalv1.PutCredentialGrantRequest{
		Share: n.shareOf("copy"), VersionHash: hash, Calls: 1000, Resume: true,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "llm", Field: "api_key", Credential: "copy", Destination: n.r.host()}},
	})
	report.Attempt(errs.ReasonOf(err) == exposedReason, "the same value under another id: %v", err)
	state, err := n.r.sharer.GetCredentialGrant(context.Background(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.shareOf("c")})
	must(t, err)
	if state.GetSuspended() || len(state.GetExposed()) != 1 {
		t.Errorf("the owner's view of the open link: %v", state)
	}
}
