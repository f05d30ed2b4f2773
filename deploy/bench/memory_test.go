package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkAllInOne starts the program that `make build` builds: the time until it is
// ready, and its memory.
func BenchmarkAllInOne(b *testing.B) {
	data := b.TempDir()
	first := start(b, data)
	b.ReportMetric(first.took.Seconds(), "first-start-s")
	first.stop(b)
	p := start(b, data)
	b.ReportMetric(p.took.Seconds(), "start-s")
	time.Sleep(2 * time.Second) // at rest: the garbage of the start is collected after some time
	b.ReportMetric(p.resident(b), "rest-MB")
	s := seed(b, p.addr, filepath.Join(data, "keyhole"))
	path := s.share(b, "greeting", greeting, metered) + ":run"
	body, err := json.Marshal(object{"inputs": object{"who": "you"}})
	must(b, err)
	newLoad(b, p.addr, http.MethodPost, path, s.visitor, body).times(b, 10_000)
	b.ReportMetric(p.resident(b), "after-10000-runs-MB")
	b.ReportMetric(0, "ns/op")
	p.stop(b)
}

// program is a running `keyhole serve`.
type program struct {
	*exec.Cmd
	addr string
	took time.Duration
}

func start(tb testing.TB, data string) *program {
	tb.Helper()
	addrs := make([]string, 3)
	for i := range addrs {
		addrs[i] = free(tb)
	}
	p := &program{addr: addrs[0], Cmd: exec.CommandContext(context.WithoutCancel(tb.Context()), built(tb, "keyhole"),
		"serve", "--data", filepath.Join(data, "keyhole"), "--http", addrs[0], "--grpc", addrs[1], "--admin", addrs[2])}
	begin := time.Now()
	must(tb, p.Start())
	tb.Cleanup(func() { _ = p.Process.Kill() })
	for deadline := begin.Add(30 * time.Second); !ready(tb, addrs[2]); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			tb.Fatal("keyhole serve is not ready after 30 s")
		}
	}
	p.took = time.Since(begin)
	return p
}

// free returns an unused address on loopback.
func free(tb testing.TB) string {
	tb.Helper()
	lis, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed immediately
	must(tb, err)
	defer func() { _ = lis.Close() }()
	return lis.Addr().String()
}

func ready(tb testing.TB, admin string) bool {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, "http://"+admin+"/readyz", nil)
	must(tb, err)
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = reply.Body.Close()
	return reply.StatusCode == http.StatusOK
}

// resident returns the resident memory of the process in MB.
func (p *program) resident(tb testing.TB) float64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	must(tb, err)
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		tb.Fatal(err)
	}
	return kb / 1024
}

func (p *program) stop(tb testing.TB) {
	tb.Helper()
	must(tb, p.Process.Signal(syscall.SIGTERM))
	must(tb, p.Wait())
}
