package program

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"google.golang.org/grpc"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"

	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/identity"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/rpc"
	"github.com/keyhole-dev/keyhole/services/kit/rpc/replicas"
	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
)

// Settings are the settings of every service program.
type Settings struct {
	config.Common
	config.Identity
	config.Stop

	Public         string `help:"Listen address of the public endpoint, for the gateway and for gRPC clients." required:"" placeholder:"ADDR"`
	Internal       string `help:"Listen address of the internal endpoint, for the other services." required:"" placeholder:"ADDR"`
	Connections    int    `help:"Maximum number of open connections, and of concurrent calls, per client address on the public endpoint. Services are exempt." default:"1024"`
	VisitorKeyFile string `help:"File with the key for visitor pseudonyms. All replicas need the same key. Without it, each start generates a new one." type:"path" placeholder:"FILE"`
}

// Main runs a program with its arguments. It prints the error that ends the program.
func Main(name string, run func(ctx context.Context, args []string) error) {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		_, _ = fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Program is a service program under construction. Close it.
type Program struct {
	Name string
	*telemetry.Telemetry
	Identity  *identity.Identity
	Readiness *lifecycle.Readiness

	settings Settings
	visitors secret.Secret
	closers  lifecycle.Closers
	parts    []lifecycle.Component
	first    []lifecycle.Component // to stop
}

// Open opens what the settings name. All points to the complete settings of the program,
// which are logged without secrets.
func Open(ctx context.Context, name string, s Settings, all any) (*Program, error) {
	tel, err := Telemetry(ctx, name, s.Common)
	if err != nil {
		return nil, err
	}
	p := &Program{Name: name, Telemetry: tel, Readiness: &lifecycle.Readiness{Pause: s.DrainPause}, settings: s}
	// The last spans are sent after ctx has ended.
	p.Defer(func() error { return tel.Close(context.WithoutCancel(ctx)) })
	settings, err := config.Dump("keyhole-"+name, all)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("settings: %w", err), p.Close())
	}
	p.Logger.Info("starting", settings)
	if p.Identity, err = Identity(name, s.Identity); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if s.VisitorKeyFile != "" {
		if p.visitors, err = KeyFile(s.VisitorKeyFile); err != nil {
			return nil, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

// Telemetry returns the telemetry that the settings configure.
func Telemetry(ctx context.Context, name string, s config.Common) (*telemetry.Telemetry, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	return telemetry.New(ctx, telemetry.Config{Service: name, LogLevel: level, LogFormat: s.LogFormat})
}

// Identity loads the service's certificate and key.
func Identity(name string, s config.Identity) (*identity.Identity, error) {
	var id *identity.Identity
	var err error
	switch {
	case s.Certs != "":
		id, err = identity.LoadDir(s.Certs, name)
	case s.Cert != "" && s.Key != "" && s.Bundle != "":
		id, err = identity.Load(s.Cert, s.Key, s.Bundle)
	default:
		return nil, errors.New("no identity: set --certs (keyhole certs makes the folder), or --cert, --key and --bundle")
	}
	if err != nil {
		return nil, fmt.Errorf("load identity of %s: %w", name, err)
	}
	return id, nil
}

// KeyFile reads a key of at least 32 bytes. It refuses a file that other users can read,
// because they may know the key already.
func KeyFile(path string) (secret.Secret, error) {
	info, err := os.Stat(path)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("read key: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return secret.Secret{}, fmt.Errorf("key %s can be read by others (mode %04o): make it 0600, or replace it", path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return secret.Secret{}, fmt.Errorf("read key: %w", err)
	}
	if len(raw) < 32 {
		return secret.Secret{}, fmt.Errorf("key %s is shorter than 32 bytes", path)
	}
	return secret.New(raw), nil
}

// Defer registers a function for Close.
func (p *Program) Defer(closer func() error) { p.closers.Defer(closer) }

// Close closes what was opened, in reverse order.
func (p *Program) Close() error { return p.closers.Close() }

// Dial connects to another service, by mTLS.
func (p *Program) Dial(peer, addr string) (*grpc.ClientConn, error) {
	conn, err := rpc.Dial(target(addr), rpc.ClientConfig{Identity: p.Identity, Peer: peer, Tracer: p.Tracer, Meter: p.Meter})
	if err != nil {
		return nil, err
	}
	p.Defer(conn.Close)
	return conn, nil
}

// DialNeeded connects to an endpoint that the program cannot work without. The program becomes
// ready when that endpoint has served once.
func (p *Program) DialNeeded(peer, endpoint, addr string) (*grpc.ClientConn, error) {
	conn, err := p.Dial(peer, addr)
	if err != nil {
		return nil, err
	}
	client := healthpb.NewHealthClient(conn)
	p.Readiness.AddPeer(endpoint, func(ctx context.Context) error {
		reply, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
		if err != nil {
			return fmt.Errorf("ask for its health: %w", err)
		}
		if s := reply.GetStatus(); s != healthpb.HealthCheckResponse_SERVING {
			return fmt.Errorf("it is not serving (%v)", s)
		}
		return nil
	})
	return conn, nil
}

// target spreads calls over the replicas behind a host name. "dns:///" is how gRPC writes such
// a name.
func target(addr string) string {
	addr = strings.TrimPrefix(addr, "dns:///")
	if strings.Contains(addr, "://") || strings.HasPrefix(addr, "dns:") {
		return addr
	}
	return replicas.Scheme + ":///" + addr
}

// Add adds a component that runs together with the servers.
func (p *Program) Add(name string, run func(context.Context) error) {
	p.parts = append(p.parts, lifecycle.Component{Name: name, Run: run})
}

// OnStop adds a function that is called before the servers stop, which wait for calls in
// progress.
func (p *Program) OnStop(name string, stop func()) {
	p.first = append(p.first, lifecycle.OnStop(name, stop))
}

// VisitorKey returns the key for pseudonyms, or the zero Secret if none is set.
func (p *Program) VisitorKey() secret.Secret { return p.visitors }
