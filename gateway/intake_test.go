package gateway

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/fair"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// ran answers every run, and counts them.
type ran struct {
	runnerv1.UnimplementedRunnerServiceServer
	runs atomic.Int64
}

func (r *ran) RunSharedWorkflow(context.Context, *runnerv1.RunSharedWorkflowRequest) (*runnerv1.RunResponse, error) {
	r.runs.Add(1)
	return &runnerv1.RunResponse{Run: "run_1"}, nil
}

// served is a gateway on a socket with one link, "live".
type served struct {
	*httptest.Server
	memory   *fair.Pool
	capacity int64
	ran      *ran
}

func newServed(t *testing.T, h2 bool, at intake.Pace) *served {
	t.Helper()
	conn, runs := linkedTo(t, map[string]*sharingv1.SharedWorkflow{"live": {}})
	var cfg Config
	cfg.setDefaults()
	bodies := &intake.Reader{Memory: intake.NewMemory(cfg.Bodies), Max: cfg.MaxBody, Pace: at}
	g, err := build(t.Context(), cfg, depsOf(conn), bodies, placeholder())
	if err != nil {
		t.Fatal(err)
	}
	s := &served{Server: httptest.NewUnstartedServer(g), memory: bodies.Memory, capacity: cfg.Bodies, ran: runs}
	if s.EnableHTTP2 = h2; h2 {
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return s
}

// linkedTo is a connection to services that know these links and run anything.
func linkedTo(t *testing.T, views map[string]*sharingv1.SharedWorkflow) (*grpc.ClientConn, *ran) {
	t.Helper()
	runs := &ran{}
	return gatewaytest.Dial(t, func(s *grpc.Server) {
		runnerv1.RegisterRunnerServiceServer(s, runs)
		sharingv1.RegisterSharingServiceServer(s, &links{views: views})
	}, grpc.MaxRecvMsgSize(64<<20)), runs
}

// from returns a client with its own loopback address.
func (s *served) from(t *testing.T, address string) *http.Client {
	t.Helper()
	transport := s.Client().Transport.(*http.Transport).Clone()
	transport.DialContext = (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}).DialContext
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// stalling is a body that never ends.
type stalling struct {
	text   *strings.Reader
	closed context.Context //nolint:containedctx // ends a Read that waits
	cancel func()
}

func stallingAfter(ctx context.Context, text string) stalling {
	closed, cancel := context.WithCancel(ctx)
	return stalling{strings.NewReader(text), closed, cancel}
}

// Read implements io.Reader.
func (b stalling) Read(p []byte) (int, error) {
	if n, _ := b.text.Read(p); n > 0 {
		return n, nil
	}
	<-b.closed.Done()
	return 0, b.closed.Err()
}

// Close implements io.Closer.
func (b stalling) Close() error { b.cancel(); return nil }

const large = 30 << 20

// stall announces 30 MB, sends a part, and waits for the answer.
func (s *served) stall(ctx context.Context, address, path string, sent int) (int, error) {
	text := `{"inputs":{"a":"` + strings.Repeat("x", sent)
	if s.EnableHTTP2 {
		return s.stallStream(ctx, path, stallingAfter(ctx, text))
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	conn, err := dialer.DialContext(ctx, "tcp", s.Listener.Addr().String())
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	go func() {
		_, _ = fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, large, text)
	}()
	reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err
	}
	return reply.StatusCode, reply.Body.Close()
}

func (s *served) stallStream(ctx context.Context, path string, body io.Reader) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+path, body)
	if err != nil {
		return 0, err
	}
	r.ContentLength = large
	reply, err := s.Client().Do(r)
	if err != nil {
		return 0, err
	}
	return reply.StatusCode, reply.Body.Close()
}

// A body for a link that does not exist is refused after its headers, however much it
// announces.
func TestAttackLargeBodiesForNothing(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "40 connections with 30 MB each for what does not exist")
	paths := map[string]int{
		"/v1/shared/dead:run": 404, "/v1/shared/dead:runStream": 404, "/v1/shared/dead:fork": 404, "/s/dead/any/workflows/any": 404,
		"/v1/workspaces/a/workflows/b:run": 401, "/v1/workspaces/a/credentials": 401,
	}
	for _, h2 := range []bool{false, true} {
		s := newServed(t, h2, intake.UsualPace)
		var group sync.WaitGroup
		for path, want := range paths {
			for range 40 {
				group.Go(func() {
					status, err := s.stall(t.Context(), "127.0.0.1", path, intake.HeadBytes+1000)
					a.Attempt(status == want, "%s (h2: %v): %d %v", path, h2, status, err)
				})
			}
		}
		group.Wait()
		if used := s.memory.Used(); used != 0 {
			t.Errorf("%d bytes are still counted", used)
		}
	}
}

// One address holds 40 bodies of 30 MB open for an existing link. The memory for it is
// bounded, and meanwhile another address sends a body and runs.
func TestAttackBodiesThatStall(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "40 connections that stall in 30 MB each, with a live link")
	for _, path := range []string{"/v1/shared/live:run", "/s/live/any/workflows/any", "/workflows/run"} {
		s := newServed(t, false, intake.UsualPace)
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		for range 40 {
			group.Go(func() { _, _ = s.stall(ctx, "127.0.0.1", path, 1<<20) })
		}
		most := s.capacity * 3 / 8
		for s.memory.Used() < most-large-40*intake.HeadBytes { // the share of the address
			time.Sleep(time.Millisecond)
		}
		for range 3 {
			status, err := s.run(t, s.from(t, "127.0.0.2"), 1<<20)
			a.Attempt(status == http.StatusOK, "%s: another address got %d %v", path, status, err)
		}
		used := s.memory.Used()
		a.Attempt(used <= most, "%s: one address holds %d bytes of %d", path, used, s.capacity)
		cancel()
		group.Wait()
		for s.memory.Used() != 0 {
			time.Sleep(time.Millisecond)
		}
	}
}

// run sends a whole body to the link.
func (s *served) run(t *testing.T, c *http.Client, size int) (int, error) {
	t.Helper()
	body := fmt.Sprintf(`{"inputs":{"a":%q}}`, strings.Repeat("x", size))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/shared/live:run", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	return reply.StatusCode, reply.Body.Close()
}

// A body that stalls, or arrives too slowly, is given up.
func TestAttackSlowBodies(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A7", "bodies that come too slowly")
	for _, h2 := range []bool{false, true} {
		s := newServed(t, h2, intake.Pace{Grace: 50 * time.Millisecond, Rate: 1 << 30, Longest: time.Second})
		for _, sent := range []int{0, 1000, intake.HeadBytes + 1000} {
			status, err := s.stall(t.Context(), "127.0.0.1", "/v1/shared/live:run", sent)
			a.Attempt(status == http.StatusRequestTimeout, "%d bytes (h2: %v): %d %v", sent, h2, status, err)
		}
		if s.memory.Used() != 0 || s.ran.runs.Load() != 0 {
			t.Errorf("%d bytes are counted after %d runs", s.memory.Used(), s.ran.runs.Load())
		}
	}
}

// The deadline of a body does not end the later work of the request.
func TestAWholeBodyHasTime(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		s := newServed(t, h2, intake.UsualPace)
		for range 2 { // on one connection
			if status, err := s.run(t, s.from(t, "127.0.0.1"), 5<<20); status != http.StatusOK {
				t.Errorf("h2: %v: %d %v", h2, status, err)
			}
		}
		if s.memory.Used() != 0 {
			t.Errorf("%d bytes are counted", s.memory.Used())
		}
	}
}
