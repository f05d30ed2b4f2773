package vault_test

import (
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackPublicTextOfKeys: a secret in the title of a credential, a key or a workspace,
// which others see.
func TestAttackPublicTextOfKeys(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A8", "secrets in titles of credentials, keys and workspaces")
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	const opaque = "Vq7ZmX2kTfLw9RbN4cHyD8sJgEa3UoPi6tKx" // no rule matches it; only the value itself reveals it
	for _, secret := range []string{"sk-" + "proj-" + opaque, "mine: ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8", opaque} {
		blocked := func(what string, err error) {
			t.Helper()
			a.Attempt(errs.ReasonOf(err) == errorsv1.Reason_REASON_LITERAL_SECRET, "%s: %v", what, err)
			if err != nil && strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the refusal repeats the secret: %v", what, err)
			}
		}
		_, err := r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{
			Parent: "workspaces/demo", CredentialId: "c1", Credential: &vaultv1.Credential{Provider: "openai", Title: secret, Value: opaque},
		})
		blocked("new credential", err)
		_, err = r.public.UpdateCredential(n.ctx, &vaultv1.UpdateCredentialRequest{Credential: &vaultv1.Credential{Name: n.llm.GetName(), Title: secret, Value: opaque}})
		blocked("credential", err)
		for field, c := range map[string]*vaultv1.Credential{
			"name of the slot":   {SlotKind: vaultv1.SlotKind_SLOT_KIND_BASIC, SlotName: strings.ReplaceAll(secret, ":", "")},
			"prefix of the slot": {SlotKind: vaultv1.SlotKind_SLOT_KIND_HEADER, SlotName: "Cookie", SlotPrefix: "a=" + secret + "; sid="},
		} {
			c.Provider, c.Value = "openai", opaque
			_, err = r.public.CreateCredential(n.ctx, &vaultv1.CreateCredentialRequest{Parent: "workspaces/demo", CredentialId: "c2", Credential: c})
			blocked(field, err)
		}
		if secret == opaque {
			continue
		}
		_, err = r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo", Key: &vaultv1.Key{Title: secret}})
		blocked("new key", err)
		_, err = r.public.UpdateKey(n.ctx, &vaultv1.UpdateKeyRequest{Key: &vaultv1.Key{Name: "workspaces/demo/keys/main", Title: secret}})
		blocked("key", err)
		_, err = r.public.CreateWorkspace(r.asOperator(), &vaultv1.CreateWorkspaceRequest{WorkspaceId: "other", Workspace: &vaultv1.Workspace{Title: secret}})
		blocked("workspace", err)
	}
}
