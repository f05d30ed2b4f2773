package vault_test

import (
	"context"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// A thief with a valid key finds on neither listener a method of the other endpoint.
func TestAttackMethodsOfTheOtherEndpoint(t *testing.T) {
	t.Parallel()
	report := attack.New(t, "A13", "internal methods on the public endpoint, and the reverse")
	r := newHarness(t, testkit.SQLite(t), "embedded:").start(t)
	demo := r.tenant(t, "demo")
	internal, public := vaultinternalv1.VaultInternalService_ServiceDesc, vaultv1.VaultService_ServiceDesc
	for _, method := range paths(internal) {
		for who, ctx := range map[string]context.Context{"member": demo.ctx, "operator": r.asOperator(), "guest": t.Context()} {
			err := r.conns["public"].Invoke(ctx, method, &emptypb.Empty{}, &emptypb.Empty{})
			report.Attempt(status.Code(err) == codes.Unimplemented, "%s as %s: %v", method, who, err)
		}
	}
	for _, method := range paths(public) {
		err := r.conns["internal"].Invoke(demo.ctx, method, &emptypb.Empty{}, &emptypb.Empty{})
		report.Attempt(status.Code(err) == codes.Unimplemented, "%s on the internal endpoint: %v", method, err)
	}
}

// paths returns the full names of all methods of a service.
func paths(d grpc.ServiceDesc) []string {
	var all []string
	for _, m := range d.Methods {
		all = append(all, "/"+d.ServiceName+"/"+m.MethodName)
	}
	for _, s := range d.Streams {
		all = append(all, "/"+d.ServiceName+"/"+s.StreamName)
	}
	return all
}
