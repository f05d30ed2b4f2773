package lifecycle_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// diary records events in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(s string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, s)
}

func (d *diary) component(name string, err error) lifecycle.Component {
	return lifecycle.Component{Name: name, Run: func(ctx context.Context) error {
		<-ctx.Done()
		d.write(name)
		return err
	}}
}

func TestStopsLastToFirst(t *testing.T) {
	t.Parallel()
	var d diary
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- lifecycle.Run(ctx, testkit.Silence(), &lifecycle.Readiness{}, d.component("database", nil), d.component("server", context.Canceled), d.component("edge", nil))
	}()
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"edge", "server", "database"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestAFailureStopsAll(t *testing.T) {
	t.Parallel()
	failure := errors.New("port taken")
	for name, c := range map[string]struct {
		err  error
		text string
	}{"an error": {failure, "port taken"}, "an early end": {nil, "ended unexpectedly"}} {
		var d diary
		err := lifecycle.Run(t.Context(), testkit.Silence(), &lifecycle.Readiness{}, d.component("database", nil),
			lifecycle.Component{Name: "server", Run: func(context.Context) error { return c.err }}, d.component("edge", nil))
		if err == nil || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "server") {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff([]string{"edge", "database"}, d.lines); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAFailureToStopIsReported(t *testing.T) {
	t.Parallel()
	var d diary
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := lifecycle.Run(ctx, testkit.Silence(), &lifecycle.Readiness{}, d.component("database", errors.New("not flushed")))
	if err == nil || !strings.Contains(err.Error(), "not flushed") {
		t.Errorf("%v", err)
	}
}

// The test runs itself as a program, and ends it as an orchestrator does.
func TestSIGTERM(t *testing.T) {
	if os.Getenv("LIFECYCLE_CHILD") != "" {
		err := lifecycle.Run(context.Background(), testkit.Silence(), &lifecycle.Readiness{}, lifecycle.Component{Name: "c", Run: func(ctx context.Context) error {
			_, _ = os.Stdout.WriteString("up\n")
			<-ctx.Done()
			_, _ = os.Stdout.WriteString("stopped well\n")
			return nil
		}})
		if err != nil {
			os.Exit(3)
		}
		os.Exit(0)
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSIGTERM$")
	cmd.Env = append(os.Environ(), "LIFECYCLE_CHILD=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 3)
	if _, err := io.ReadFull(out, first); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(out)
	if err := cmd.Wait(); err != nil || string(rest) != "stopped well\n" {
		t.Errorf("%v, %q", err, rest)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	var r lifecycle.Readiness
	if err := r.Check(t.Context()); err != nil {
		t.Errorf("needs nothing: %v", err)
	}
	r.Add("database", func(context.Context) error { return nil })
	r.Add("redis", func(context.Context) error { return errors.New("refused") })
	r.Add("vault", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := r.Check(ctx)
	if err == nil || strings.Contains(err.Error(), "database") || !strings.Contains(err.Error(), "redis: refused") || !strings.Contains(err.Error(), "vault") {
		t.Errorf("%v", err)
	}
}

// The loss of another service that has answered once does not turn the program off, because a
// load balancer would turn off all programs with it. The report names the service.
func TestALostServiceDoesNotCascade(t *testing.T) {
	t.Parallel()
	var r lifecycle.Readiness
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- lifecycle.Run(ctx, testkit.Silence(), &r, lifecycle.Admin(l, lifecycle.AdminConfig{Readiness: &r, Logger: testkit.Silence()}))
	}()
	var registry, database atomic.Bool
	asks := func(up *atomic.Bool) func(context.Context) error {
		return func(context.Context) error {
			if !up.Load() {
				return errors.New("dial 10.0.0.7: refused")
			}
			return nil
		}
	}
	database.Store(true)
	r.Add("database", asks(&database))
	r.AddPeer("registry", asks(&registry))
	url := "http://" + l.Addr().String() + "/readyz"
	for _, c := range []struct {
		name    string
		change  func()
		status  int
		verbose string
	}{
		{"the service has not answered yet", func() {}, 503, "[-] registry does not answer\nnot ready"},
		{"it answers", func() { registry.Store(true) }, 200, "[+] registry\nready"},
		{"it is lost", func() { registry.Store(false) }, 200, "[!] registry does not answer; requests that need it fail\nready"},
		{"the database is lost", func() { database.Store(false) }, 503, "[-] database does not answer\n"},
		{"the database is back", func() { database.Store(true) }, 200, "[+] database\n"},
	} {
		c.change()
		if status, _ := get(t, url); status != c.status {
			t.Errorf("%s: %d, want %d", c.name, status, c.status)
		}
		if status, body := get(t, url+"?verbose"); status != c.status || !strings.Contains(body, c.verbose) || strings.Contains(body, "10.0.0.7") {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// While the program drains, readiness must fail, so that a load balancer sends no more
// requests.
func TestNotReadyWhileDraining(t *testing.T) {
	t.Parallel()
	lis, err := lifecycle.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var ready lifecycle.Readiness
	url := "http://" + lis.Addr().String() + "/readyz"
	ctx, cancel := context.WithCancel(t.Context())
	admin := lifecycle.Admin(lis, lifecycle.AdminConfig{Readiness: &ready, Logger: testkit.Silence()})
	draining := lifecycle.Component{Name: "server", Run: func(ctx context.Context) error {
		if status, _ := get(t, url); status != http.StatusOK {
			t.Errorf("while it runs: %d", status)
		}
		cancel()
		<-ctx.Done()
		if status, body := get(t, url); status != http.StatusServiceUnavailable {
			t.Errorf("while it drains: %d %s", status, body)
		}
		return nil
	}}
	if err := lifecycle.Run(ctx, testkit.Silence(), &ready, admin, draining); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := lifecycle.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	var r lifecycle.Readiness
	l := listen(t)
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "runs_total 1") })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- lifecycle.Run(ctx, testkit.Silence(), &r, lifecycle.Admin(l, lifecycle.AdminConfig{Readiness: &r, Metrics: metrics, Logger: testkit.Silence()}))
	}()
	base := "http://" + l.Addr().String()
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "runs_total 1", "/debug/pprof/": "goroutine"} {
		if status, body := get(t, base+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.100s", path, status, body)
		}
	}
	r.Add("database", func(context.Context) error { return errors.New("postgres://u:hunter2@h is away") })
	if status, body := get(t, base+"/readyz"); status != 503 || strings.Contains(body, "hunter2") {
		t.Errorf("not ready: %d %s", status, body)
	}
	if status, _ := get(t, base+"/healthz"); status != 200 {
		t.Errorf("alive although not ready: %d", status)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// A page whose own name resolves to 127.0.0.1 sends that name as Host.
func TestAttackAdminThroughAnotherName(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A13", "profiles and metrics by the name of another site")
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	admin := lifecycle.Admin(l, lifecycle.AdminConfig{
		Readiness: &lifecycle.Readiness{}, Metrics: http.NotFoundHandler(), Logger: testkit.Silence(),
	})
	go func() { done <- admin.Run(ctx) }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	status := func(path, host string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = host
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap", "/metrics"} {
		for _, host := range []string{"evil.example", "evil.example:" + port, "localhost.evil.example", "127.0.0.1.nip.io:" + port, "10.0.0.1", "0.0.0.0:" + port, "x"} {
			got := status(path, host)
			a.Attempt(got == http.StatusMisdirectedRequest, "%s as %s: %d", path, host, got)
		}
	}
	for _, host := range []string{"localhost", "LOCALHOST:" + port, "127.0.0.1:" + port, "127.1.2.3", "[::1]:" + port, "[::1]"} {
		if got := status("/debug/pprof/cmdline", host); got != http.StatusOK {
			t.Errorf("as %s: %d", host, got)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAdminOffLoopback(t *testing.T) {
	t.Parallel()
	l, err := lifecycle.Listen(t.Context(), "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	metrics := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "runs_total 1") })
	c := lifecycle.Admin(l, lifecycle.AdminConfig{Readiness: &lifecycle.Readiness{}, Metrics: metrics, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if text := log.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "not on loopback") {
		t.Errorf("it warns: %s", text)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	for path, want := range map[string]int{"/metrics": 200, "/readyz": 200, "/debug/pprof/": 404, "/debug/pprof/cmdline": 404, "/debug/pprof/heap": 404} {
		if status, body := get(t, "http://127.0.0.1:"+port+path); status != want {
			t.Errorf("%s: %d %.100s", path, status, body)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// During the pause a program is not ready, has told its peers that it leaves, and still works.
func TestTheProgramWorksOnDuringThePause(t *testing.T) {
	t.Parallel()
	ready := lifecycle.Readiness{Pause: 300 * time.Millisecond}
	l := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	left := make(chan struct{})
	ready.OnStop(func() { close(left) })
	var stopped atomic.Bool
	worker := lifecycle.Component{Name: "worker", Run: func(ctx context.Context) error {
		<-ctx.Done()
		stopped.Store(true)
		return nil
	}}
	done := make(chan error, 1)
	go func() {
		done <- lifecycle.Run(ctx, testkit.Silence(), &ready, lifecycle.Admin(l, lifecycle.AdminConfig{Readiness: &ready, Logger: testkit.Silence()}), worker)
	}()
	begin := time.Now()
	cancel()
	<-left
	if status, _ := get(t, "http://"+l.Addr().String()+"/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("readiness in the pause: %d", status)
	}
	if stopped.Load() && time.Since(begin) < ready.Pause {
		t.Error("the worker was stopped before the pause ended")
	}
	if err := <-done; err != nil || time.Since(begin) < ready.Pause || !stopped.Load() {
		t.Errorf("it ended after %v with %v", time.Since(begin), err)
	}
}

// A request that takes longer than the drain is cut off, and the program still ends.
func TestHTTPCutsOffAfterTheDrain(t *testing.T) {
	t.Parallel()
	l := listen(t)
	started := make(chan struct{})
	c := lifecycle.HTTP("web", l, &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(started)
		<-r.Context().Done()
	})}, 50*time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	answer := make(chan int, 1)
	go func() { status, _ := get(t, "http://"+l.Addr().String()); answer <- status }()
	<-started
	cancel()
	if status := <-answer; status != 0 {
		t.Errorf("the request was answered with %d", status)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestHTTPFinishesWhatRuns(t *testing.T) {
	t.Parallel()
	l := listen(t)
	started, finish := make(chan struct{}), make(chan struct{})
	c := lifecycle.HTTP("web", l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-finish
		_, _ = io.WriteString(w, "whole")
	})}, 0)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	answer := make(chan string, 1)
	go func() { _, body := get(t, "http://"+l.Addr().String()); answer <- body }()
	<-started
	cancel()
	close(finish)
	if body := <-answer; body != "whole" {
		t.Errorf("a running request got %q", body)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestListenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	l := listen(t)
	defer func() { _ = l.Close() }()
	if _, err := lifecycle.Listen(t.Context(), l.Addr().String()); err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("%v", err)
	}
}
