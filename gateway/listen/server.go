package listen

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/conns"
)

// writeWithin bounds a response to a client that does not read. It is longer than any
// request. Package outgo sets shorter deadlines for each write.
const writeWithin = 15 * time.Minute

// Streaming is a handler with streams that last until somebody ends them.
type Streaming interface {
	http.Handler
	// EndStreams ends them, so that a server that stops does not wait for them.
	EndStreams()
}

// Server serves h. What net/http logs goes to the same log as everything else.
func Server(h Streaming, to *slog.Logger) *http.Server {
	server := &http.Server{
		Handler: h, ErrorLog: log.New(serverLog{to}, "", 0), ConnState: conns.Track, WriteTimeout: writeWithin,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams:          100,
			MaxReceiveBufferPerConnection: 256 << 10, MaxReceiveBufferPerStream: 256 << 10,
			SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second, WriteByteTimeout: 30 * time.Second,
		},
	}
	server.RegisterOnShutdown(h.EndStreams)
	return server
}

// serverLog takes the lines of net/http. It removes the client's address from them:
// addresses of visitors do not belong in logs.
type serverLog struct{ to *slog.Logger }

var (
	// aboutConnection matches lines that any stranger can cause with a few bytes.
	aboutConnection = regexp.MustCompile(`^(http: TLS handshake error|http2: )`)
	hostAndPort     = regexp.MustCompile(`(\[[0-9A-Fa-f:.]+(%[^\]\s]+)?\]|\d{1,3}(\.\d{1,3}){3}):\d{1,5}`)
)

// Write implements io.Writer: one line at a time.
func (l serverLog) Write(line []byte) (int, error) {
	text := hostAndPort.ReplaceAllString(strings.TrimSpace(string(line)), "a client")
	level := slog.LevelError
	if aboutConnection.MatchString(text) {
		level = slog.LevelDebug
	}
	l.to.Log(context.Background(), level, "http server", "error", text)
	return len(line), nil
}
