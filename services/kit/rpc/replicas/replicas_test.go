package replicas_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/keyhole-dev/keyhole/services/kit/rpc/replicas"
)

// replica answers every call with its address, unless it hangs.
type replica struct {
	ip     string
	server *grpc.Server
	health *health.Server
	hangs  atomic.Bool
}

func startReplica(t *testing.T, ip, port string) *replica {
	t.Helper()
	lis, err := net.Listen("tcp", net.JoinHostPort(ip, port))
	if err != nil {
		t.Fatal(err)
	}
	r := &replica{ip: ip, health: health.NewServer()}
	hang := func(ctx context.Context) {
		if r.hangs.Load() {
			<-ctx.Done()
		}
	}
	r.server = grpc.NewServer(
		grpc.UnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			hang(ctx)
			return next(ctx, req)
		}),
		grpc.UnknownServiceHandler(func(_ any, s grpc.ServerStream) error {
			hang(s.Context())
			return errors.Join(s.RecvMsg(&emptypb.Empty{}), s.SendMsg(wrapperspb.String(ip)))
		}))
	healthpb.RegisterHealthServer(r.server, r.health)
	go func() { _ = r.server.Serve(lis) }()
	t.Cleanup(r.server.Stop)
	return r
}

// fleet is some replicas behind one name.
type fleet struct {
	conn *grpc.ClientConn
	mu   sync.Mutex
	ips  []string // nil: the name does not resolve
}

func newFleet(t *testing.T, port string, ips ...string) *fleet {
	t.Helper()
	f := &fleet{ips: ips}
	dial := func(addr string, opts ...grpc.DialOption) (*grpc.ClientConn, error) {
		return grpc.NewClient(addr, append(opts, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	}
	conn, err := dial(replicas.Scheme+":///vault.test:"+port,
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithResolvers(replicas.NewBuilder(replicas.Config{
			Poll: 50 * time.Millisecond, Pause: 200 * time.Millisecond,
			Dial: func(addr string) (*grpc.ClientConn, error) { return dial("passthrough:///" + addr) },
			Lookup: func(_ context.Context, host string) ([]string, error) {
				f.mu.Lock()
				defer f.mu.Unlock()
				if host != "vault.test" || f.ips == nil {
					return nil, errors.New("no such name")
				}
				return slices.Clone(f.ips), nil
			},
		})))
	if err != nil {
		t.Fatal(err)
	}
	f.conn = conn
	t.Cleanup(func() { _ = conn.Close() })
	return f
}

func (f *fleet) resolveTo(ips ...string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ips = ips
}

// reached calls 12 times, one after the other, and returns the replicas that answered, sorted.
// A call that is not answered within 150 ms counts as "none".
func (f *fleet) reached(t *testing.T) []string {
	t.Helper()
	var out []string
	for range 12 {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
		var reply wrapperspb.StringValue
		if err := f.conn.Invoke(ctx, "/test.Service/Who", &emptypb.Empty{}, &reply); err != nil {
			reply.Value = "none"
		}
		cancel()
		out = append(out, reply.GetValue())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (f *fleet) wantReached(t *testing.T, why string, want ...string) {
	t.Helper()
	slices.Sort(want)
	var got []string
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if got = f.reached(t); slices.Equal(got, want) {
			return
		}
	}
	t.Errorf("%s: calls reach %v, want %v", why, got, want)
}

func freePort(t *testing.T) string {
	t.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lis.Close() }()
	return strconv.Itoa(lis.Addr().(*net.TCPAddr).Port)
}

// A replica that hangs, and one that drains, gets no calls until it serves again.
func TestCallsLeaveReplicasThatDoNotServe(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	a, b := startReplica(t, "127.0.0.2", port), startReplica(t, "127.0.0.3", port)
	f := newFleet(t, port, a.ip, b.ip)
	f.wantReached(t, "both serve", a.ip, b.ip)
	a.hangs.Store(true)
	f.wantReached(t, "one hangs", b.ip)
	a.hangs.Store(false)
	f.wantReached(t, "it continues", a.ip, b.ip)
	b.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	f.wantReached(t, "one drains", a.ip)
	b.server.Stop()
	f.wantReached(t, "one is gone", a.ip)
	startReplica(t, b.ip, port)
	f.wantReached(t, "it is back", a.ip, b.ip)
}

// If no replica says that it serves, calls go to all of them.
func TestTheListIsNeverEmpty(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	a, b := startReplica(t, "127.0.0.2", port), startReplica(t, "127.0.0.3", port)
	f := newFleet(t, port, a.ip, b.ip)
	for _, r := range []*replica{a, b} {
		r.health.SetServingStatus("", healthpb.HealthCheckResponse_NOT_SERVING)
	}
	time.Sleep(time.Second) // both probes have failed
	f.wantReached(t, "both drain", a.ip, b.ip)
}

// A new replica gets calls, and an old one ends when its calls have ended.
func TestNewReplicasGetCalls(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	a, b, c := startReplica(t, "127.0.0.2", port), startReplica(t, "127.0.0.3", port), startReplica(t, "127.0.0.4", port)
	f := newFleet(t, port, a.ip)
	f.wantReached(t, "one replica", a.ip)
	f.resolveTo(a.ip, b.ip, c.ip)
	f.wantReached(t, "three replicas", a.ip, b.ip, c.ip)
	f.resolveTo()
	time.Sleep(200 * time.Millisecond) // some lookups fail
	f.wantReached(t, "DNS is away", a.ip, b.ip, c.ip)
	f.resolveTo(c.ip, c.ip)
	f.wantReached(t, "one is left", c.ip)
}

// A name that does not resolve fails the call, and later works.
func TestUnknownName(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	a := startReplica(t, "127.0.0.2", port)
	f := newFleet(t, port)
	f.wantReached(t, "no name", "none")
	f.resolveTo(a.ip)
	f.wantReached(t, "the name", a.ip)
}
