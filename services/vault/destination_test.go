package vault_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

const (
	unknownHost  = "https://hooks.keyhole-tests.com:443"
	anotherHost  = "https://other.keyhole-tests.com:443"
	needsConfirm = errorsv1.Reason_REASON_DESTINATION_UNCONFIRMED
)

// opensAt grants one credential at a destination.
func (n *tenant) opensAt(destination string, resume bool, confirmed ...string) error {
	_, err := n.r.sharer.PutCredentialGrant(n.asOwner(), &vaultinternalv1.PutCredentialGrantRequest{
		Share: n.share(), VersionHash: hash, Calls: 10, Resume: resume, ConfirmedDestinations: confirmed,
		Slots: []*vaultinternalv1.GrantedSlot{{Step: "hook", Field: "key", Credential: "hook", Destination: destination}},
	})
	return err
}

// Hidden credentials go to a host that is neither a known provider's nor allowed by the
// operator only when their owner confirms that host, for that credential.
func TestUnknownDestinationsNeedConfirmation(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		value, _ := longKey()
		_, err := r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
			Parent: "workspaces/demo", CredentialId: "hook",
			Credential: &vaultv1.Credential{Provider: "generic", Value: value, Hosts: []string{unknownHost, anotherHost}},
		})
		must(t, err)
		for _, confirmed := range [][]string{nil, {anotherHost}, {"https://hooks.keyhole-tests.com:444"}, {"http://hooks.keyhole-tests.com:443"}, {"*"}, {""}, {"https://*.keyhole-tests.com"}} {
			err := n.opensAt(unknownHost, true, confirmed...)
			if errs.ReasonOf(err) != needsConfirm || !strings.Contains(err.Error(), unknownHost) {
				t.Errorf("confirmed %v: %v", confirmed, err)
			}
		}
		must(t, n.opensAt(unknownHost, true, "hooks.keyhole-tests.com"))
		must(t, n.opensAt(unknownHost, false)) // stays confirmed
		must(t, n.opensAt(unknownHost, true))
		if err := n.opensAt(anotherHost, true); errs.ReasonOf(err) != needsConfirm {
			t.Errorf("on a changed host: %v", err)
		}
		must(t, n.opensAt(anotherHost, true, anotherHost))

		// A new credential with the same ID needs a new confirmation. A confirmation while
		// the share waits still holds when the share is resumed.
		_, err = r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{
			Credential: &vaultv1.Credential{Name: "workspaces/demo/credentials/hook", Value: value, Hosts: []string{anotherHost}},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"value", "hosts"}},
		})
		must(t, err)
		if err := n.opensAt(anotherHost, true); errs.ReasonOf(err) != needsConfirm {
			t.Errorf("of a changed credential: %v", err)
		}
		must(t, n.opensAt(anotherHost, false, anotherHost))
		state, err := r.sharer.GetCredentialGrant(n.asOwner(), &vaultinternalv1.GetCredentialGrantRequest{Share: n.share(), Now: true})
		must(t, err)
		if len(state.GetUnconfirmed()) != 1 {
			t.Errorf("a confirmed host lets a changed credential run before it is resumed: %v", state)
		}
		must(t, n.opensAt(anotherHost, true))
	})
}
