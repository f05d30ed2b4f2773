package rpc_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protowire"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// at returns a client with its own loopback address.
func at(t *testing.T, addr, from string) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, to string) (net.Conn, error) {
			return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}).DialContext(ctx, "tcp", to)
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func served(ctx context.Context, conn *grpc.ClientConn) error {
	_, err := registryv1.NewRegistryServiceClient(conn).GetModel(bearer(ctx, "kh_demo"), demoModel)
	return err
}

func TestAttackStreamsThatAreLeftOpen(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "gRPC streams that one address opens and leaves")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w := newHarness(t)
	addr := w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public, Plaintext: true, Connections: 8})
	hog, quiet := at(t, addr, "127.0.0.10"), at(t, addr, "127.0.0.2")
	for range 8 {
		if _, err := registryv1.NewRegistryServiceClient(hog).UploadArtifact(bearer(ctx, "kh_demo")); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		err := served(ctx, hog)
		a.Attempt(errs.CodeOf(err) == codes.ResourceExhausted, "a ninth call is answered with %v", err)
		err = served(ctx, quiet)
		a.Attempt(err == nil, "a quiet client is answered with %v", err)
	}
}

// The messages of calls in progress have a bound for each address. Beyond it nothing is
// read.
func TestAttackLargeMessagesOfOneAddress(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "gRPC calls with large messages of one address, in front of a quiet one")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	w := newHarness(t)
	addr := w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public, Plaintext: true, Messages: 32 << 20})
	var inside atomic.Int64
	release, entered := make(chan struct{}), make(chan struct{}, 100)
	w.set(func(ctx context.Context) error {
		if hostOf(ctx) == "127.0.0.10" {
			inside.Add(1)
			entered <- struct{}{}
			<-release
		}
		return nil
	})
	defer close(release)
	large := &registryv1.GetModelRequest{Name: demoModel.GetName()}
	large.ProtoReflect().SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, 9000, protowire.BytesType), make([]byte, 6<<20)))
	for range 10 {
		hog := at(t, addr, "127.0.0.10")
		go func() { // repeatedly: all ten may be cut before one is in progress
			for ctx.Err() == nil {
				_, _ = registryv1.NewRegistryServiceClient(hog).GetModel(bearer(ctx, "kh_demo"), large)
			}
		}()
	}
	select {
	case <-entered:
	case <-ctx.Done():
		t.Fatal("no large call was answered within a minute")
	}
	for range 10 {
		err := served(ctx, at(t, addr, "127.0.0.2"))
		a.Attempt(err == nil, "a quiet client is answered with %v", err)
	}
	a.Attempt(inside.Load() <= 2, "%d calls of 6 MiB are in hand, within 16 MiB", inside.Load())
}

// A call that needs a key and has none is refused before its message is read.
func TestAttackLargeMessagesWithoutAKey(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "gRPC calls of 33 MB without a key")
	w := newHarness(t)
	addr := w.tcp(t, rpc.ServerConfig{Endpoint: rpc.Public, Plaintext: true, Messages: 4 << 20}) // too little room for such a message
	for range 10 {
		conn := at(t, addr, "127.0.0.10")
		large := &vaultv1.ListWorkspacesRequest{}
		large.ProtoReflect().SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, 9000, protowire.BytesType), make([]byte, 32<<20)))
		_, err := vaultv1.NewVaultServiceClient(conn).ListWorkspaces(t.Context(), large)
		a.Attempt(errs.CodeOf(err) == codes.Unauthenticated, "a call without a key is answered with %v", err)
	}
}
