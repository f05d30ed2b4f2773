package e2e_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	reflection "google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/emptypb"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	_ "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registryinternal/v1" // descriptors of the internal endpoints
	_ "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runnerinternal/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	_ "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	_ "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
)

// grpcEndpoints: clients see the four public services and no other.
func grpcEndpoints(t *testing.T, in *installation) {
	var services []string
	for _, addr := range in.grpc {
		conn := in.dial(t, addr, "")
		services = append(services, listServices(t, conn)...)
		for _, m := range internalMethods(t) {
			if got := invoke(t, conn, m.name); got != codes.Unimplemented {
				t.Errorf("%s on a public listener: %v", m.name, got)
			}
		}
	}
	slices.Sort(services)
	want := []string{"keyhole.registry.v1.RegistryService", "keyhole.runner.v1.RunnerService", "keyhole.sharing.v1.SharingService", "keyhole.vault.v1.VaultService"}
	if diff := cmp.Diff(want, services); diff != "" {
		t.Errorf("reflection: %s", diff)
	}
	t.Run("internal endpoints", func(t *testing.T) { in.internalEndpoints(t) })
	t.Run("a client", func(t *testing.T) { in.grpcClient(t) })
}

// dial connects as a client, or with the certificate of a service.
func (in *installation) dial(t testing.TB, addr, as string) *grpc.ClientConn {
	t.Helper()
	secure := insecure.NewCredentials()
	if in.kind == fiveProcesses {
		config := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS13}
		authority, err := os.ReadFile(filepath.Join(in.dir, "certs", "ca.crt"))
		if err != nil || !config.RootCAs.AppendCertsFromPEM(authority) {
			t.Fatalf("the authority's certificate: %v", err)
		}
		if as != "" {
			pair, err := tls.LoadX509KeyPair(filepath.Join(in.dir, "certs", as+".crt"), filepath.Join(in.dir, "certs", as+".key"))
			if err != nil {
				t.Fatal(err)
			}
			config.Certificates = []tls.Certificate{pair}
		}
		secure = credentials.NewTLS(config)
	}
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(secure))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// listServices asks the reflection service, like grpcurl.
func listServices(t testing.TB, conn *grpc.ClientConn) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	stream, err := reflection.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	if err != nil {
		t.Fatal(err)
	}
	err = stream.Send(&reflection.ServerReflectionRequest{MessageRequest: &reflection.ServerReflectionRequest_ListServices{}})
	if err != nil {
		t.Fatal(err)
	}
	reply, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range reply.GetListServicesResponse().GetService() {
		if !strings.HasPrefix(s.GetName(), "grpc.") {
			names = append(names, s.GetName())
		}
	}
	return names
}

type internalMethod struct {
	name, service string
	peers         []string
}

// internalMethods are all RPCs between services, from the descriptors.
func internalMethods(t testing.TB) []internalMethod {
	t.Helper()
	var all []internalMethod
	protoregistry.GlobalFiles.RangeFiles(func(f protoreflect.FileDescriptor) bool {
		parts := strings.Split(string(f.Package()), ".")
		if parts[0] != "keyhole" || !slices.Contains(parts, "internal") {
			return true
		}
		for i := range f.Services().Len() {
			methods := f.Services().Get(i).Methods()
			for j := range methods.Len() {
				m := methods.Get(j)
				rule, _ := proto.GetExtension(m.Options(), accessv1.E_Rule).(*accessv1.Rule)
				all = append(all, internalMethod{"/" + string(m.Parent().FullName()) + "/" + string(m.Name()), parts[1], rule.GetPeers()})
			}
		}
		return true
	})
	if len(all) < 10 {
		t.Fatalf("only %d internal methods are known", len(all))
	}
	return all
}

func invoke(t testing.TB, conn *grpc.ClientConn, method string) codes.Code {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return status.Code(conn.Invoke(ctx, method, &emptypb.Empty{}, &emptypb.Empty{}))
}

// internalEndpoints: a client without a certificate cannot connect, and one with a
// certificate reaches only the methods that its rule names. In one process no internal
// endpoint has an address.
func (in *installation) internalEndpoints(t *testing.T) {
	if in.kind == oneProcess {
		return // only the public listener, already tested, could be reached
	}
	for _, m := range internalMethods(t) {
		addr := in.internal[m.service]
		if got := invoke(t, in.dial(t, addr, ""), m.name); got != codes.Unavailable {
			t.Errorf("%s without a certificate: %v", m.name, got)
		}
		for _, peer := range []string{"gateway", "sharing", "vault", "registry", "runner"} {
			got := invoke(t, in.dial(t, addr, peer), m.name)
			if may := slices.Contains(m.peers, peer); may == (got == codes.PermissionDenied) {
				t.Errorf("%s as %s (may: %v): %v", m.name, peer, may, got)
			}
		}
	}
}

func (in *installation) grpcClient(t *testing.T) {
	w := in.demoOwner(t)
	if in.kind == oneProcess {
		in.exampleClient(t, w)
		return
	}
	ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+w.key)
	client := sharingv1.NewSharingServiceClient(in.dial(t, in.grpc["sharing"], ""))
	list, err := client.ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: w.name})
	if err != nil || len(list.GetWorkflows()) == 0 {
		t.Errorf("a client by TLS: %v, %v", list, err)
	}
	if _, err := client.ListWorkflows(t.Context(), &sharingv1.ListWorkflowsRequest{Parent: w.name}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a key: %v", err)
	}
}

// exampleClient runs the program that the documentation shows.
func (in *installation) exampleClient(t *testing.T, w *tenant) {
	photo := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(photo, sign(t, "KEYHOLE"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "run", "../examples/grpc", "-addr", in.grpc["all"], "-workspace", "demo", "-workflow", "read-text", "-photo", photo)
	cmd.Stdin = strings.NewReader(w.key + "\n")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "workspaces/demo/workflows/read-text") || !strings.Contains(string(out), "KEYHOLE") {
		t.Errorf("the example: %v\n%s", err, out)
	}
}
