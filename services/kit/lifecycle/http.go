package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"
)

// AdminConfig configures the admin listener.
type AdminConfig struct {
	Readiness *Readiness
	// Metrics is served at /metrics; nil for none.
	Metrics http.Handler
	Logger  *slog.Logger
}

// Admin serves operators and orchestrators: /healthz (the process runs), /readyz (it can
// work; /readyz?verbose lists the dependencies), /metrics, and on loopback /debug/pprof/. It has no TLS. Profiles are disabled on
// other addresses, because they reveal memory and the command line.
func Admin(lis net.Listener, cfg AdminConfig) Component {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", cfg.serveReady)
	if cfg.Metrics != nil {
		mux.Handle("GET /metrics", cfg.Metrics)
	}
	handler := http.Handler(mux)
	if onLoopback(lis.Addr()) {
		profiles(mux)
		handler = localHost(mux)
	} else {
		cfg.Logger.Warn("the admin listener is not on loopback and has no TLS: everyone who reaches it can read metrics; profiles are disabled",
			slog.String("admin", lis.Addr().String()))
	}
	return HTTP("admin", lis, &http.Server{Handler: handler}, time.Second)
}

// serveReady answers 200 or 503. Errors go to the log only, because they may hold addresses.
func (c AdminConfig) serveReady(w http.ResponseWriter, r *http.Request) {
	var text strings.Builder
	if r.URL.Query().Has("verbose") {
		for _, d := range c.Readiness.Report(r.Context()) {
			switch {
			case d.Err == nil:
				fmt.Fprintf(&text, "[+] %s\n", d.Name)
			case d.Needed:
				fmt.Fprintf(&text, "[-] %s does not answer\n", d.Name)
			default:
				fmt.Fprintf(&text, "[!] %s does not answer; requests that need it fail\n", d.Name)
			}
		}
	}
	if err := c.Readiness.Check(r.Context()); err != nil {
		c.Logger.WarnContext(r.Context(), "not ready", slog.Any("error", err))
		http.Error(w, text.String()+"not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, text.String()+"ready\n")
}

func profiles(mux *http.ServeMux) {
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
}

// onLoopback is false for a wildcard, which means every address.
func onLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// HTTP serves until its context ends, then waits for requests in progress, for at most drain;
// 0 means 10 s. It sets the limits against slow clients that the server leaves unset.
func HTTP(name string, lis net.Listener, server *http.Server, drain time.Duration) Component {
	if server.ReadHeaderTimeout == 0 {
		server.ReadHeaderTimeout = 10 * time.Second
	}
	if server.IdleTimeout == 0 {
		server.IdleTimeout = 2 * time.Minute
	}
	if server.MaxHeaderBytes == 0 {
		server.MaxHeaderBytes = 64 << 10
	}
	return Component{Name: name, Drain: drain, Run: func(ctx context.Context) error {
		failed := make(chan error, 1) // buffered: nobody receives after Shutdown
		go func() { failed <- server.Serve(lis) }()
		select {
		case err := <-failed:
			return fmt.Errorf("serve %s: %w", name, err)
		case <-ctx.Done():
		}
		// ctx has ended, and requests in progress get this time.
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), orDefault(drain))
		defer cancel()
		err := server.Shutdown(grace)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close() // cancels the requests that are still in progress
		}
		if err != nil {
			return fmt.Errorf("stop %s: %w", name, err)
		}
		return nil
	}}
}

// Listen opens a TCP listener.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	lis, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return lis, nil
}
