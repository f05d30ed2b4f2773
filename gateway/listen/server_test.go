package listen

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/identity"
)

// lines is a log that a server writes while a test reads.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

func TestWhatNetHTTPLogsNamesNoClient(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, err := identity.OpenAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Write(dir, "web", "localhost"); err != nil {
		t.Fatal(err)
	}
	var seen lines
	logger := slog.New(slog.NewJSONHandler(&seen, &slog.HandlerOptions{Level: slog.LevelDebug}))
	lis, err := Open(t.Context(), Config{Addr: "127.0.0.1:0", Cert: filepath.Join(dir, "web.crt"), Key: filepath.Join(dir, "web.key"), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	server := Server(still{http.NotFoundHandler()}, logger)
	go func() { _ = server.Serve(lis) }() // ends with Close
	t.Cleanup(func() { _ = server.Close() })
	conn, err := net.Dial("tcp", lis.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = conn.Write([]byte("this is no handshake\n"))
	_ = conn.Close()
	for end := time.Now().Add(10 * time.Second); !strings.Contains(seen.String(), "TLS handshake") && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if got := seen.String(); !strings.Contains(got, "TLS handshake error from a client") || !strings.Contains(got, `"level":"DEBUG"`) || strings.Contains(got, "127.0.0.1") {
		t.Errorf("logged %s", got)
	}
}

func TestWhatNetHTTPLogs(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"http: TLS handshake error from [2001:db8::1]:443: EOF\n":                     "level=DEBUG msg=\"http server\" error=\"http: TLS handshake error from a client: EOF\"\n",
		"http2: server: error reading preface from client 192.0.2.7:5: timeout\n":     "level=DEBUG msg=\"http server\" error=\"http2: server: error reading preface from client a client: timeout\"\n",
		"http: panic serving 192.0.2.7:51000: nil map\n":                              "level=ERROR msg=\"http server\" error=\"http: panic serving a client: nil map\"\n",
		"http: Accept error: accept tcp: too many open files; retrying in 5ms":        "level=ERROR msg=\"http server\" error=\"http: Accept error: accept tcp: too many open files; retrying in 5ms\"\n",
		"http: TLS handshake error from [fe80::1%eth0]:1: tls: no supported versions": "level=DEBUG msg=\"http server\" error=\"http: TLS handshake error from a client: tls: no supported versions\"\n",
	} {
		var seen bytes.Buffer
		drop := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		to := serverLog{slog.New(slog.NewTextHandler(&seen, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: drop}))}
		if _, err := to.Write([]byte(line)); err != nil || seen.String() != want {
			t.Errorf("%s is logged as %s", line, seen.String())
		}
	}
}

// still is a handler without streams.
type still struct{ http.Handler }

func (still) EndStreams() {}

// streams is a handler whose requests last until they are ended.
type streams struct{ end chan struct{} }

func (s streams) EndStreams() { close(s.end) }

func (s streams) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	_ = http.NewResponseController(w).Flush()
	<-s.end
}

func TestAServerThatStopsEndsItsStreams(t *testing.T) {
	t.Parallel()
	lis, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := Server(streams{make(chan struct{})}, slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(lis) }()
	answer, err := http.Get("http://" + lis.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if err := server.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("the stream broke off: %v", err)
	}
}
