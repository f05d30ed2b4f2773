package vault_test

import (
	"context"
	"testing"

	"google.golang.org/grpc/codes"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// A suspension stops its key or all keys of its workspace, reaches the peers with its reason, is in the
// owner's audit log, and ends when the operator lifts it.
func TestSuspensions(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "held")
		parent := "workspaces/held"
		key, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: parent})
		must(t, err)
		active := func() bool {
			got, err := r.sharer.ResolveKey(context.Background(), &vaultinternalv1.ResolveKeyRequest{Name: key.GetName()})
			must(t, err)
			return got.GetActive()
		}
		suspend := func(target, reason string) (*vaultv1.OperatorSuspension, error) {
			return r.public.CreateSuspension(r.asOperator(), &vaultv1.CreateSuspensionRequest{
				Parent: parent, Suspension: &vaultv1.OperatorSuspension{Target: target, Reason: reason},
			})
		}
		for target, stopsKey := range map[string]bool{parent: true, key.GetName(): true, parent + "/workflows/w/shares/s": false} {
			made, err := suspend(target, "it was reported")
			must(t, err)
			if active() == stopsKey {
				t.Errorf("with %s suspended, a key is active: %v", target, !stopsKey)
			}
			_, err = suspend(target, "again")
			refusedWith(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS, codes.AlreadyExists)
			told, err := r.sharer.ResolveWorkspace(context.Background(), &vaultinternalv1.ResolveWorkspaceRequest{Workspace: "held"})
			must(t, err)
			if s := told.GetSuspensions(); len(s) != 1 || s[0].GetTarget() != target || s[0].GetReason() != "it was reported" {
				t.Errorf("peers learn %v", s)
			}
			list, err := r.public.ListSuspensions(n.ctx, &vaultv1.ListSuspensionsRequest{Parent: parent})
			must(t, err)
			if len(list.GetSuspensions()) != 1 {
				t.Errorf("the owner sees %v", list)
			}
			_, err = r.public.DeleteSuspension(r.asOperator(), &vaultv1.DeleteSuspensionRequest{Name: made.GetName()})
			must(t, err)
			if !active() {
				t.Errorf("after the suspension of %s was lifted, the key is not active", target)
			}
			_, err = r.public.DeleteSuspension(r.asOperator(), &vaultv1.DeleteSuspensionRequest{Name: made.GetName()})
			refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		}
		events, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: parent, Action: "suspension"})
		must(t, err)
		if len(events.GetEvents()) != 6 {
			t.Errorf("the audit log has %v", events.GetEvents())
		}
	})
}

// Nobody but an operator suspends or lifts, and no suspension leaves its workspace or shows a secret.
func TestAttackSuspensions(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n, other := r.tenant(t, "mine"), r.tenant(t, "other")
		made, err := r.public.CreateSuspension(r.asOperator(), &vaultv1.CreateSuspensionRequest{
			Parent: "workspaces/mine", Suspension: &vaultv1.OperatorSuspension{Target: "workspaces/mine", Reason: "x"},
		})
		must(t, err)
		for _, ctx := range []context.Context{n.ctx, other.ctx} {
			_, err := r.public.CreateSuspension(ctx, &vaultv1.CreateSuspensionRequest{
				Parent: "workspaces/other", Suspension: &vaultv1.OperatorSuspension{Target: "workspaces/other", Reason: "x"},
			})
			refusedWith(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED, codes.PermissionDenied)
			_, err = r.public.DeleteSuspension(ctx, &vaultv1.DeleteSuspensionRequest{Name: made.GetName()})
			refusedWith(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED, codes.PermissionDenied)
		}
		_, err = r.public.ListSuspensions(other.ctx, &vaultv1.ListSuspensionsRequest{Parent: "workspaces/mine"})
		refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		for _, bad := range []*vaultv1.CreateSuspensionRequest{
			{Parent: "workspaces/mine", Suspension: &vaultv1.OperatorSuspension{Target: "workspaces/other", Reason: "x"}},
			{Parent: "workspaces/mine", Suspension: &vaultv1.OperatorSuspension{Target: "workspaces/mine2", Reason: "x"}},
			{Parent: "workspaces/mine", Suspension: &vaultv1.OperatorSuspension{Target: "workspaces/mine", Reason: " "}},
			{Parent: "workspaces/operator", Suspension: &vaultv1.OperatorSuspension{Target: "workspaces/operator", Reason: "x"}},
		} {
			_, err := r.public.CreateSuspension(r.asOperator(), bad)
			refusedWith(t, err, errorsv1.Reason_REASON_INVALID_REQUEST, codes.InvalidArgument)
		}
	})
}
