package vault_test

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// Deleting a credential that shares or workflows use needs the owner's confirmation, and
// the refusal lists the uses. An unused credential is deleted immediately.
func TestACredentialInUseIsNotDeletedByMistake(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		r := newHarness(t, url, "embedded:").start(t)
		n, other := r.tenant(t, "demo"), r.tenant(t, "other")
		remove := func(force bool) error {
			_, err := r.public.DeleteCredential(n.ctx, &vaultv1.DeleteCredentialRequest{Name: n.llm.GetName(), Force: force})
			return err
		}
		uses := func(workflow string, ids ...string) {
			t.Helper()
			_, err := r.sharer.PutCredentialUses(context.Background(), &vaultinternalv1.PutCredentialUsesRequest{Workflow: workflow, Credentials: ids})
			must(t, err)
		}
		named := func(err error) []string {
			t.Helper()
			refusedWith(t, err, errorsv1.Reason_REASON_IN_USE, codes.FailedPrecondition)
			var names []string
			for _, v := range errs.From(err).Violations() {
				names = append(names, v.GetField())
			}
			return names
		}
		n.open(t, 10)
		uses("workspaces/demo/workflows/w1", "llm", "another")
		uses("workspaces/demo/workflows/w2", "l_m")
		uses("workspaces/other/workflows/w3", "llm")
		if got := fmt.Sprint(named(remove(false))); got != "["+n.share()+" workspaces/demo/workflows/w1]" {
			t.Errorf("the refusal names %s", got)
		}
		_, err := r.public.GetCredential(n.ctx, &vaultv1.GetCredentialRequest{Name: n.llm.GetName()})
		must(t, err)
		// The refusal stays short, however many uses there are.
		for i := range 50 {
			uses(fmt.Sprintf("workspaces/demo/workflows/more%d", i), "llm")
		}
		if got := named(remove(false)); len(got) != 20 {
			t.Errorf("the refusal names %d uses, want 20", len(got))
		}
		must(t, remove(true))
		// A use that has ended does not count.
		uses("workspaces/other/workflows/w3")
		_, err = r.public.DeleteCredential(other.ctx, &vaultv1.DeleteCredentialRequest{Name: other.llm.GetName()})
		must(t, err)
	})
}
