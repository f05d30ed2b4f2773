package vault_test

import (
	"context"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// An operator sees how many keys and people a workspace has. Its members do not get these
// numbers with it.
func TestOperatorSeesTheNumbersOfAWorkspace(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "numbers")
		parent := "workspaces/numbers"
		_, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: parent, Key: &vaultv1.Key{Budget: &vaultv1.Budget{Runs: 5}}})
		must(t, err)
		gone, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: parent})
		must(t, err)
		_, err = r.public.DeleteKey(n.ctx, &vaultv1.DeleteKeyRequest{Name: gone.GetName()})
		must(t, err)
		one, err := r.public.GetWorkspace(r.asOperator(), &vaultv1.GetWorkspaceRequest{Name: parent})
		must(t, err)
		list, err := r.public.ListWorkspaces(r.asOperator(), &vaultv1.ListWorkspacesRequest{Text: "numbers"})
		must(t, err)
		if len(list.GetWorkspaces()) != 1 {
			t.Fatalf("found %v", list.GetWorkspaces())
		}
		for _, w := range []*vaultv1.Workspace{one, list.GetWorkspaces()[0]} {
			if w.GetKeys() != 2 || w.GetUnlimitedKeys() != 1 || w.GetPeople() != 0 {
				t.Errorf("the operator sees %v", w)
			}
		}
		own, err := r.public.GetWorkspace(n.ctx, &vaultv1.GetWorkspaceRequest{Name: parent})
		must(t, err)
		if own.GetKeys() != 0 || own.GetUnlimitedKeys() != 0 {
			t.Errorf("a member sees %v", own)
		}
	})
}

// The owner and the operator may change the title of a workspace, and nothing else.
func TestUpdateWorkspace(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, other := r.tenant(t, "titled"), r.tenant(t, "stranger")
		name := "workspaces/titled"
		for title, ctx := range map[string]func() (*vaultv1.Workspace, error){
			"By its owner": func() (*vaultv1.Workspace, error) {
				return r.public.UpdateWorkspace(n.ctx, &vaultv1.UpdateWorkspaceRequest{Workspace: &vaultv1.Workspace{Name: name, Title: "By its owner"}})
			},
			"By the operator": func() (*vaultv1.Workspace, error) {
				return r.public.UpdateWorkspace(r.asOperator(), &vaultv1.UpdateWorkspaceRequest{
					Workspace: &vaultv1.Workspace{Name: name, Title: "By the operator"}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"title"}},
				})
			},
		} {
			got, err := ctx()
			must(t, err)
			if got.GetTitle() != title || got.GetName() != name {
				t.Errorf("%s: %v", title, got)
			}
		}
		if len(r.events(t, n, "workspace.update")) != 2 {
			t.Errorf("audit: %v", r.events(t, n, "workspace.update"))
		}
		_, err := r.public.UpdateWorkspace(other.ctx, &vaultv1.UpdateWorkspaceRequest{Workspace: &vaultv1.Workspace{Name: name, Title: "x"}})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		_, err = r.public.UpdateWorkspace(r.asOperator(), &vaultv1.UpdateWorkspaceRequest{Workspace: &vaultv1.Workspace{Name: "workspaces/nobody", Title: "x"}})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
	})
}

// Sharing asks for the titles of a workspace's keys, also revoked ones, and credentials. It gets
// nothing of another workspace.
func TestResolveTitles(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, other := r.tenant(t, "named"), r.tenant(t, "unasked")
		key, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/named", KeyId: "laptop", Key: &vaultv1.Key{Title: "Laptop"}})
		must(t, err)
		_, err = r.public.DeleteKey(n.ctx, &vaultv1.DeleteKeyRequest{Name: key.GetName()})
		must(t, err)
		_, err = r.public.CreateKey(other.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/unasked", KeyId: "theirs", Key: &vaultv1.Key{Title: "Theirs"}})
		must(t, err)
		got, err := r.asPeer("sharing").ResolveTitles(context.Background(), &vaultinternalv1.ResolveTitlesRequest{
			Workspace: "named", Keys: []string{"laptop", "theirs", "none"}, Credentials: []string{"none"},
		})
		must(t, err)
		if len(got.GetKeys()) != 1 || got.GetKeys()["laptop"] != "Laptop" || len(got.GetCredentials()) != 0 {
			t.Errorf("titles %v", got)
		}
	})
}
