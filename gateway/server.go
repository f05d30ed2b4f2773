package gateway

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
)

// Server serves the gateway, and logs as the rest does what net/http has to say.
func (g *Gateway) Server() *http.Server {
	return &http.Server{Handler: g, ErrorLog: log.New(serverLog{g.log}, "", 0)}
}

// serverLog takes the lines of net/http, which name the client.
type serverLog struct{ to *slog.Logger }

var (
	// aboutConnection is what any stranger causes with a few bytes.
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
