package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	vaultinternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vaultinternal/v1"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// The program starts without any data, writes its keys readable for their owner only,
// serves both endpoints over TLS, and stops on a signal.
func TestProgram(t *testing.T) {
	dir := t.TempDir()
	ca, err := identity.OpenAuthority(dir)
	must(t, err)
	must(t, ca.Write(dir, "vault", "127.0.0.1"))
	gateway, err := ca.Issue("gateway")
	must(t, err)
	public, internal, redis := freeAddr(t), freeAddr(t), testkit.Redis(t)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{
			"--certs", dir, "--public", public, "--internal", internal, "--admin", freeAddr(t), "--log-level", "error",
			"--db", "sqlite:" + filepath.Join(dir, "vault.db"), "--redis", redis,
			"--kek-file", filepath.Join(dir, "kek"), "--operator-key-file", filepath.Join(dir, "operator.key"),
		})
	}()
	conn, err := rpc.Dial(internal, rpc.ClientConfig{Identity: gateway, Peer: "vault"})
	must(t, err)
	defer func() { _ = conn.Close() }()
	waiting, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	// A key that does not exist: the answer shows that the server runs.
	for {
		_, err := vaultinternalv1.NewVaultInternalServiceClient(conn).Authenticate(waiting, &vaultinternalv1.AuthenticateRequest{Key: "kh_x"}, grpc.WaitForReady(false))
		if err != nil && strings.Contains(err.Error(), "unknown, malformed or revoked") {
			break
		}
		select {
		case over := <-ended:
			t.Fatalf("the program ended: %v", over)
		case <-waiting.Done():
			t.Fatal(err)
		default:
		}
	}
	for _, name := range []string{"kek", "operator.key", "vault.db"} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", name, info.Mode())
		}
	}
	key, err := os.ReadFile(filepath.Join(dir, "operator.key"))
	must(t, err)
	client, err := grpc.NewClient(public, grpc.WithTransportCredentials(credentials.NewTLS(gateway.ClientTLS("vault"))))
	must(t, err)
	defer func() { _ = client.Close() }()
	who, err := vaultv1.NewVaultServiceClient(client).Whoami(metadata.AppendToOutgoingContext(waiting, "authorization", "Bearer "+strings.TrimSpace(string(key))), &vaultv1.WhoamiRequest{})
	must(t, err)
	if who.GetRole() != "operator" {
		t.Fatalf("the operator's key is of %v", who)
	}
	stop()
	must(t, <-ended)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = lis.Close() }()
	return lis.Addr().String()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
