package gatewaytest

import (
	"context"
	"net"
	"sync"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/keyhole-dev/keyhole/services/kit/rpc"
)

// Dial connects to a server of the test.
func Dial(t *testing.T, register func(*grpc.Server), opts ...grpc.ServerOption) *grpc.ClientConn {
	t.Helper()
	lis := bufconn.Listen(1 << 20)
	server := grpc.NewServer(opts...)
	register(server)
	go func() { _ = server.Serve(lis) }() // ends with Stop
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient("passthrough:test", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// Services answer every method with an empty message and keep the last request.
type Services struct {
	Conn *grpc.ClientConn

	mu   sync.Mutex
	last []byte
}

// NewServices starts such services.
func NewServices(t *testing.T) *Services {
	t.Helper()
	s := &Services{}
	s.Conn = Dial(t, func(*grpc.Server) {}, grpc.UnknownServiceHandler(s.answer), grpc.MaxRecvMsgSize(rpc.MaxMessage))
	return s
}

func (s *Services) answer(_ any, stream grpc.ServerStream) error {
	var request emptypb.Empty // keeps every field as unknown
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = request.ProtoReflect().GetUnknown()
	return stream.SendMsg(&emptypb.Empty{})
}

// Last decodes the last request.
func (s *Services) Last(t *testing.T, into proto.Message) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := proto.Unmarshal(s.last, into); err != nil {
		t.Fatal(err)
	}
}
