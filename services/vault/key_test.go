package vault_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/vault"
)

const unauthenticated = errorsv1.Reason_REASON_UNAUTHENTICATED

func TestOwnerKeys(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		parent := "workspaces/demo"
		made, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{
			Parent: parent, KeyId: "ci", Key: &vaultv1.Key{Title: "CI", Budget: &vaultv1.Budget{Runs: 5}},
		})
		must(t, err)
		if !strings.HasPrefix(made.GetKey(), "kh_") || len(made.GetKey()) != 35 || !strings.HasPrefix(made.GetKey(), made.GetPrefix()) || len(made.GetPrefix()) > 10 {
			t.Fatalf("key %q with prefix %q", made.GetKey(), made.GetPrefix())
		}
		who, err := r.public.Whoami(with(made.GetKey()), &vaultv1.WhoamiRequest{})
		must(t, err)
		if who.GetRole() != "member" || who.GetWorkspace() != parent || who.GetKey() != made.GetName() {
			t.Fatalf("whoami: %v", who)
		}
		text := made.GetKey()
		made.Key = "" // shown once
		got, err := r.public.GetKey(n.ctx, &vaultv1.GetKeyRequest{Name: made.GetName()})
		must(t, err)
		if diff := cmp.Diff(made, got, protocmp.Transform()); diff != "" {
			t.Fatal(diff)
		}
		if got.GetBudget().GetPeriod() != vaultv1.Period_PERIOD_MONTH {
			t.Errorf("an unspecified period is %v", got.GetBudget().GetPeriod())
		}
		_, err = r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: parent, KeyId: "ci"})
		refusedWith(t, err, errorsv1.Reason_REASON_ALREADY_EXISTS, codes.AlreadyExists)
		got, err = r.public.UpdateKey(n.ctx, &vaultv1.UpdateKeyRequest{Key: &vaultv1.Key{Name: made.GetName(), Title: "build"}})
		must(t, err)
		if got.GetTitle() != "build" || got.GetBudget().GetRuns() != 5 {
			t.Fatalf("after a change of the title: %v", got)
		}
		got, err = r.public.UpdateKey(n.ctx, &vaultv1.UpdateKeyRequest{
			Key: &vaultv1.Key{Name: made.GetName()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"budget"}},
		})
		must(t, err)
		if got.GetBudget() != nil || got.GetTitle() != "build" {
			t.Fatalf("after the budget was taken away: %v", got)
		}
		_, err = r.public.UpdateKey(n.ctx, &vaultv1.UpdateKeyRequest{
			Key: &vaultv1.Key{Name: made.GetName()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"kind"}},
		})
		refusedWith(t, err, errorsv1.Reason_REASON_INVALID_REQUEST, codes.InvalidArgument)
		_, err = r.public.DeleteKey(n.ctx, &vaultv1.DeleteKeyRequest{Name: made.GetName()})
		must(t, err)
		_, err = r.public.Whoami(with(text), &vaultv1.WhoamiRequest{})
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		resolved, err := r.sharer.ResolveKey(context.Background(), &vaultinternalv1.ResolveKeyRequest{Name: made.GetName()})
		must(t, err)
		if resolved.GetActive() {
			t.Fatal("a revoked key is active")
		}
		got, err = r.public.GetKey(n.ctx, &vaultv1.GetKeyRequest{Name: made.GetName()})
		must(t, err)
		if got.GetRevokeTime() == nil {
			t.Fatal("no revoke time")
		}
		var actions []string
		res, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: parent, Resource: made.GetName()})
		must(t, err)
		for _, e := range res.GetEvents() {
			actions = append(actions, e.GetAction())
			if e.GetActor() != n.key.GetName() || e.GetActorTitle() != n.key.GetTitle() || e.GetResourceTitle() != got.GetTitle() {
				t.Errorf("%s by %s (%s) on %s", e.GetAction(), e.GetActor(), e.GetActorTitle(), e.GetResourceTitle())
			}
		}
		if want := []string{"key.revoke", "key.update", "key.update", "key.create"}; !slices.Equal(actions, want) {
			t.Fatalf("audited %v, want %v", actions, want)
		}
	})
}

// Members may lower a budget that the operator has set, and nothing else.
func TestTheOperatorsBudgetHolds(t *testing.T) {
	t.Parallel()
	const day, month, lifetime = vaultv1.Period_PERIOD_DAY, vaultv1.Period_PERIOD_MONTH, vaultv1.Period_PERIOD_LIFETIME
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		name := n.key.GetName()
		set := func(ctx context.Context, b *vaultv1.Budget, mask ...string) (*vaultv1.Key, error) {
			return r.public.UpdateKey(ctx, &vaultv1.UpdateKeyRequest{
				Key: &vaultv1.Key{Name: name, Title: "renamed", Budget: b}, UpdateMask: &fieldmaskpb.FieldMask{Paths: mask},
			})
		}
		runs := func(n int64, p vaultv1.Period) *vaultv1.Budget { return &vaultv1.Budget{Runs: n, Period: p} }
		refused := func(b *vaultv1.Budget, mask ...string) {
			t.Helper()
			_, err := set(n.ctx, b, mask...)
			refusedWith(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED, codes.PermissionDenied)
			if !strings.Contains(err.Error(), "100 runs a month") {
				t.Errorf("the error does not say what is allowed: %v", err)
			}
		}
		// Members change a budget of their own as they like.
		_, err := set(n.ctx, runs(100, month), "budget")
		must(t, err)
		_, err = set(n.ctx, runs(200, day), "budget")
		must(t, err)
		_, err = set(n.ctx, runs(100, month))
		must(t, err)
		// The operator sets an existing budget: from then on members may only lower it.
		got, err := set(r.asOperator(), runs(100, month), "budget")
		must(t, err)
		if diff := cmp.Diff(runs(100, month), got.GetOperatorBudget(), protocmp.Transform()); diff != "" {
			t.Fatal(diff)
		}
		refused(runs(101, month), "budget")
		refused(runs(101, month))
		refused(runs(101, month), "budget.runs")
		refused(runs(100, day), "budget.period")
		refused(runs(1, day), "budget")
		refused(runs(101, lifetime), "budget", "title")
		refused(nil, "budget")
		key, err := r.public.GetKey(n.ctx, &vaultv1.GetKeyRequest{Name: name})
		must(t, err)
		if diff := cmp.Diff(got, key, protocmp.Transform()); diff != "" {
			t.Fatalf("a refused update changed the key: %s", diff)
		}
		for _, b := range []*vaultv1.Budget{runs(50, month), runs(100, lifetime), runs(0, month), runs(100, month)} {
			got, err := set(n.ctx, b, "budget")
			must(t, err)
			if diff := cmp.Diff(b, got.GetBudget(), protocmp.Transform()); diff != "" {
				t.Fatal(diff)
			}
		}
		_, err = set(n.ctx, nil, "title")
		must(t, err)
		_, err = set(r.asOperator(), runs(300, month), "budget.runs")
		must(t, err)
		_, err = set(n.ctx, runs(200, month), "budget")
		must(t, err)
		// The operator removes the budget: members may change it again.
		got, err = set(r.asOperator(), nil, "budget")
		must(t, err)
		if got.GetBudget() != nil || got.GetOperatorBudget() != nil {
			t.Fatalf("after the operator took the budget away: %v", got)
		}
		_, err = set(n.ctx, runs(1000, day), "budget")
		must(t, err)
		// A key that the operator creates with a budget has it from the start.
		made, err := r.public.CreateKey(r.asOperator(), &vaultv1.CreateKeyRequest{Parent: "workspaces/demo", Key: &vaultv1.Key{Budget: runs(100, month)}})
		must(t, err)
		name = made.GetName()
		refused(nil, "budget")
		// Such a key cannot create keys, which would have no limit. A key without a limit
		// can.
		_, err = r.public.CreateKey(with(made.GetKey()), &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		refusedWith(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED, codes.PermissionDenied)
		_, err = r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo"})
		must(t, err)
	})
}

// A malformed, unknown or revoked key gets one and the same answer.
func TestAuthenticateIsUniform(t *testing.T) {
	t.Parallel()
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	n := r.tenant(t, "demo")
	gateway := r.asPeer("gateway")
	ask := func(key string) (string, error) {
		res, err := gateway.Authenticate(context.Background(), &vaultinternalv1.AuthenticateRequest{Key: key})
		return res.GetAssertion(), err
	}
	good := n.key.GetKey()
	token, err := ask(good)
	must(t, err)
	p, err := rpc.VerifyPrincipal(r.sharing.Verifier(), token)
	must(t, err)
	if p.Kind != caller.Member || p.Workspace != "demo" || p.Key != n.key.GetName() || p.Visitor != p.Key {
		t.Fatalf("principal %+v", p)
	}
	_, err = r.public.DeleteKey(r.asOperator(), &vaultv1.DeleteKeyRequest{Name: n.key.GetName()})
	must(t, err)
	flipped := []byte(good)
	flipped[5] ^= 1
	want := ""
	for _, key := range []string{good, string(flipped), "kh_", "x", strings.ToUpper(good), good + "a", strings.Replace(good, "kh_", "kho_", 1), "kh_" + strings.Repeat("a", 32)} {
		_, err := ask(key)
		refusedWith(t, err, unauthenticated, codes.Unauthenticated)
		if want == "" {
			want = err.Error()
		}
		if err.Error() != want {
			t.Errorf("%q: %v, want %v", key, err, want)
		}
	}
}

// A key that is revoked on one replica stops working on the other within a second, even if
// no message arrives.
func TestARevokedKeyIsGoneEverywhere(t *testing.T) {
	t.Parallel()
	in := newHarness(t, testkit.Postgres(t), "embedded:")
	first := in.start(t)
	in.redis = nil
	second := in.start(t)
	n := first.tenant(t, "demo")
	_, err := second.public.Whoami(n.ctx, &vaultv1.WhoamiRequest{})
	must(t, err)
	_, err = first.public.DeleteKey(first.asOperator(), &vaultv1.DeleteKeyRequest{Name: n.key.GetName()})
	must(t, err)
	eventually(t, time.Second, "the key is dead on the other replica", func() bool {
		_, err := second.public.Whoami(n.ctx, &vaultv1.WhoamiRequest{})
		return errs.ReasonOf(err) == unauthenticated
	})
}

func TestWorkspaces(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		foe := r.tenant(t, "mallory")
		create := func(ctx context.Context, id string) error {
			_, err := r.public.CreateWorkspace(ctx, &vaultv1.CreateWorkspaceRequest{WorkspaceId: id, Workspace: &vaultv1.Workspace{}})
			return err
		}
		for _, id := range []string{"operator", "infer", "workflows", "api", "assets", "console", "healthz", "public", "local", "embed", "docs"} {
			refusedWith(t, create(r.asOperator(), id), errorsv1.Reason_REASON_ID_RESERVED, codes.InvalidArgument)
		}
		refusedWith(t, create(r.asOperator(), "demo"), errorsv1.Reason_REASON_ALREADY_EXISTS, codes.AlreadyExists)
		refusedWith(t, create(n.ctx, "mine"), errorsv1.Reason_REASON_PERMISSION_DENIED, codes.PermissionDenied)
		refusedWith(t, create(context.Background(), "mine"), unauthenticated, codes.Unauthenticated)
		for _, id := range []string{"", "A", "a", "-a", "x/y", strings.Repeat("a", 41), "openapi.json"} {
			if err := create(r.asOperator(), id); errs.CodeOf(err) != codes.InvalidArgument {
				t.Errorf("%q: %v", id, err)
			}
		}
		// Another tenant's resource looks like one that does not exist.
		for _, name := range []string{"workspaces/demo", "workspaces/nobody"} {
			_, err := r.public.GetWorkspace(foe.ctx, &vaultv1.GetWorkspaceRequest{Name: name})
			refusedWith(t, err, errorsv1.Reason_REASON_NOT_FOUND, codes.NotFound)
		}
		got, err := r.public.GetWorkspace(n.ctx, &vaultv1.GetWorkspaceRequest{Name: "workspaces/demo"})
		must(t, err)
		if got.GetName() != "workspaces/demo" || got.GetTitle() != "demo" {
			t.Fatal(got)
		}
		// The guest key has a budget, which cannot be removed.
		guest, err := r.public.GetKey(r.asOperator(), &vaultv1.GetKeyRequest{Name: rpc.GuestKey})
		must(t, err)
		if guest.GetBudget().GetRuns() != 200 || guest.GetBudget().GetPeriod() != vaultv1.Period_PERIOD_DAY {
			t.Fatalf("guest key %v", guest)
		}
		_, err = r.public.DeleteKey(r.asOperator(), &vaultv1.DeleteKeyRequest{Name: rpc.GuestKey})
		refusedWith(t, err, errorsv1.Reason_REASON_IN_USE, codes.FailedPrecondition)
	})
}

func TestPaging(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		n := r.tenant(t, "demo")
		want := []string{n.key.GetName()}
		for i := range 7 {
			k, err := r.public.CreateKey(n.ctx, &vaultv1.CreateKeyRequest{Parent: "workspaces/demo", KeyId: fmt.Sprintf("k%d", i)})
			must(t, err)
			want = append(want, k.GetName())
		}
		var got []string
		for token := ""; ; {
			res, err := r.public.ListKeys(n.ctx, &vaultv1.ListKeysRequest{Parent: "workspaces/demo", PageSize: 3, PageToken: token})
			must(t, err)
			for _, k := range res.GetKeys() {
				got = append(got, k.GetName())
			}
			if token = res.GetNextPageToken(); token == "" {
				break
			}
			_, err = r.public.ListCredentials(n.ctx, &vaultv1.ListCredentialsRequest{Parent: "workspaces/demo", PageToken: token})
			refusedWith(t, err, errorsv1.Reason_REASON_PAGE_TOKEN_INVALID, codes.InvalidArgument)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("listed %v, want %v", got, want)
		}
		var events []string
		for token := ""; ; {
			res, err := r.public.ListAuditEvents(n.ctx, &vaultv1.ListAuditEventsRequest{Parent: "workspaces/demo", PageSize: 4, PageToken: token})
			must(t, err)
			for _, e := range res.GetEvents() {
				events = append(events, e.GetName())
			}
			if token = res.GetNextPageToken(); token == "" {
				break
			}
		}
		// workspace, 8 keys, 1 credential
		if len(events) != 10 || !slices.IsSortedFunc(events, func(a, b string) int { return strings.Compare(b, a) }) {
			t.Fatalf("%d events: %v", len(events), events)
		}
	})
}

func TestCreateOperatorKey(t *testing.T) {
	t.Parallel()
	stores(t, func(t *testing.T, r *replica) {
		// The harness has taken the first key: there is no second one.
		made, err := r.service.CreateOperatorKey(context.Background(), func(secret.Secret) error { return errors.New("called") })
		must(t, err)
		if made {
			t.Fatal("a second operator key was made")
		}
		who, err := r.public.Whoami(r.asOperator(), &vaultv1.WhoamiRequest{})
		must(t, err)
		if who.GetRole() != "operator" || !strings.HasPrefix(string(r.operator.Expose()), "kho_") {
			t.Fatal(who)
		}
		who, err = r.public.Whoami(context.Background(), &vaultv1.WhoamiRequest{})
		must(t, err)
		if who.GetRole() != "guest" || who.GetKey() != rpc.GuestKey {
			t.Fatal(who)
		}
	})
}

func TestOperatorKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "operator.key")
	must(t, vault.OperatorKeyFile(path)(secret.FromString("kho_x")))
	b, err := os.ReadFile(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if string(b) != "kho_x\n" || info.Mode().Perm() != 0o600 {
		t.Fatalf("%q, %v", b, info.Mode())
	}
}
