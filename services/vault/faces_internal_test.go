package vault

import (
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// Each endpoint has the methods of its own service and no other method. Handlers are embedded, so a
// handler in the wrong endpoint would show here although the compiler accepts it.
func TestEachEndpointHasItsOwnMethodsOnly(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		endpoint any
		service  grpc.ServiceDesc
	}{
		"public":   {public{}, vaultv1.VaultService_ServiceDesc},
		"internal": {internal{}, vaultinternalv1.VaultInternalService_ServiceDesc},
	} {
		if diff := cmp.Diff(rpcsOf(c.service), methodsOf(c.endpoint)); diff != "" {
			t.Errorf("%s: RPCs of the service (-) and methods of the endpoint (+) differ:\n%s", name, diff)
		}
	}
	for _, method := range rpcsOf(vaultinternalv1.VaultInternalService_ServiceDesc) {
		if _, ok := reflect.TypeFor[public]().MethodByName(method); ok {
			t.Errorf("the public endpoint has the internal method %s", method)
		}
	}
}

func rpcsOf(d grpc.ServiceDesc) []string {
	var names []string
	for _, m := range d.Methods {
		names = append(names, m.MethodName)
	}
	for _, s := range d.Streams {
		names = append(names, s.StreamName)
	}
	slices.Sort(names)
	return names
}

func methodsOf(v any) []string {
	var names []string
	for m := range reflect.TypeOf(v).Methods() {
		names = append(names, m.Name)
	}
	slices.Sort(names)
	return names
}
