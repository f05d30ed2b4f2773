package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/keyhole-dev/keyhole/deploy/cli"
	"github.com/keyhole-dev/keyhole/deploy/node"
	"github.com/keyhole-dev/keyhole/gateway"
	"github.com/keyhole-dev/keyhole/gateway/listen"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

// Command runs all services in one process. Its fields are the settings.
type Command struct {
	config.Common

	Data            string        `help:"Data directory." default:"data" type:"path"`
	HTTP            string        `name:"http" help:"HTTP listen address." default:"127.0.0.1:8080" env:"KEYHOLE_HTTP_ADDR" placeholder:"ADDR"`
	GRPC            string        `name:"grpc" help:"gRPC listen address. It has no TLS and must be on loopback." default:"127.0.0.1:8081" env:"KEYHOLE_GRPC_ADDR" placeholder:"ADDR"`
	TLSCert         string        `help:"HTTPS certificate, PEM. Without one, the server uses plain HTTP on loopback only." type:"path" placeholder:"FILE"`
	TLSKey          string        `help:"Private key of the HTTPS certificate, PEM." type:"path" placeholder:"FILE"`
	HTTPPlaintext   bool          `name:"http-plaintext" help:"Allow plain HTTP on other addresses than loopback. Use it behind a proxy that terminates TLS."`
	PublicURL       string        `help:"URL of this installation for visitors (default: http:// and the HTTP address)." placeholder:"URL"`
	Demo            bool          `help:"Create the demo if it does not exist."`
	Signup          *bool         `help:"Let visitors create workspaces (default: only with --demo). Each gets as many runs as --guest-key-runs, as a limit of the operator." negatable:""`
	PublicModels    bool          `help:"Create the public models at the first start." default:"true" negatable:""`
	EgressAllow     []string      `help:"Private networks (10.0.0.0/8) and hosts with ports (ollama:11434) that steps may call." placeholder:"WHERE"`
	FetchAllow      []string      `help:"Private networks and hosts, as in --egress-allow, that pictures may be fetched from. Any visitor can choose these URLs." placeholder:"WHERE"`
	EgressPlaintext bool          `help:"Allow workflows to call public addresses over plain http://."`
	EgressCAFile    string        `name:"egress-ca-file" help:"PEM file of certificate authorities to trust for providers and the identity provider, in addition to the system's." type:"existingfile" placeholder:"FILE"`
	TrustedProxies  []string      `help:"Networks of proxies whose X-Forwarded-For header is trusted." placeholder:"CIDR"`
	GuestPictures   int64         `help:"Pictures per day for each guest. 0 means ten for each run." default:"0"`
	GuestRuns       int64         `help:"Runs per day for each guest. A negative number means no separate limit." default:"50"`
	GuestKeyRuns    int64         `help:"Runs per day for all guests together. It sets the budget of the key guest when the installation is created; afterwards, change that budget." default:"200"`
	PreviewCalls    int32         `help:"Calls with the owner's hidden credentials that each step of a run through a link may make." default:"20"`
	Runs            int           `help:"Maximum number of concurrent runs. One workspace gets at most half of them." default:"128"`
	ModelWorkers    int           `help:"Maximum number of model workers (default: twice the number of processors). One workspace gets at most half of them." default:"0"`
	Connections     int           `help:"Maximum number of open connections, and of concurrent requests, per client address. Trusted proxies are exempt." default:"1024"`
	BodyMemory      int64         `help:"Memory for request bodies in MiB. One workspace gets at most half of it." default:"1024"`
	HSTS            time.Duration `name:"hsts" help:"How long browsers that came over HTTPS use only HTTPS (Strict-Transport-Security). 0 sends no header. Never sent for localhost." default:"4320h" placeholder:"DURATION"`
	Drain           time.Duration `help:"Time that work in progress has to finish after SIGTERM. Then it is cancelled and booked." default:"5m"`
	AllowOrigins    []string      `help:"Origins that may call the API from a browser (default: all)." placeholder:"ORIGIN"`
	SharingDB       string        `help:"Sharing database URL, postgres://... (default: SQLite in the data directory)." placeholder:"URL"`
	VaultDB         string        `help:"Vault database URL (default: SQLite in the data directory)." placeholder:"URL"`
	RegistryDB      string        `help:"Registry database URL (default: SQLite in the data directory)." placeholder:"URL"`
	SharingRedis    string        `help:"Sharing Redis URL, redis://... (default: embedded)." placeholder:"URL"`
	VaultRedis      string        `help:"Vault Redis URL, redis://... (default: embedded)." placeholder:"URL"`
	Blobs           string        `help:"Bucket for models, s3://... (default: a folder in the data directory)." placeholder:"URL"`

	OpenID openid.Settings `embed:"" prefix:"openid-"`
}

func (c *Command) node() node.Config {
	return node.Config{
		Data: c.Data, PublicURL: c.public(), EgressAllow: c.EgressAllow, FetchAllow: c.FetchAllow, EgressPlaintext: c.EgressPlaintext, EgressCAFile: c.EgressCAFile,
		GuestRuns: c.GuestRuns, GuestPictures: c.GuestPictures, GuestKeyRuns: c.GuestKeyRuns, SignUp: c.signUp(), OpenID: c.openID(), PreviewCalls: c.PreviewCalls,
		SharingDB: c.SharingDB, VaultDB: c.VaultDB, RegistryDB: c.RegistryDB, SharingRedis: c.SharingRedis, VaultRedis: c.VaultRedis,
		ModelWorkers: c.ModelWorkers, Runs: c.Runs, Drain: c.Drain,
		Blobs: c.Blobs, Gateway: gateway.Config{
			TrustedProxies: c.TrustedProxies, AllowOrigins: c.AllowOrigins, PublicURL: c.PublicURL, HSTS: c.HSTS,
			Connections: c.Connections, Bodies: c.BodyMemory << 20,
		},
	}
}

func (c *Command) signUp() bool {
	if c.Signup != nil {
		return *c.Signup
	}
	return c.Demo
}

// openID has the public URL as its default, because people sign in where they open links.
func (c *Command) openID() openid.Settings {
	s := c.OpenID
	if s.RedirectBase == "" {
		s.RedirectBase = c.public()
	}
	return s
}

func (c *Command) public() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return "http://" + c.HTTP
}

// Run serves until a signal stops it.
func (c *Command) Run(ctx context.Context, a *cli.App) error {
	unlock, err := lock(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	tel, err := c.telemetry(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tel.Close(context.WithoutCancel(ctx)) }()
	l, err := c.listen(ctx, tel.Logger)
	if err != nil {
		return err
	}
	n, err := node.Open(ctx, c.node(), tel)
	if err != nil {
		return errors.Join(err, l.close())
	}
	tel.Logger.Info("all services run in one process, without a security boundary between them",
		"http", l.http.Addr().String(), "grpc", l.grpc.Addr().String(), "admin", l.admin.Addr().String(), "data", c.Data)
	ready := &lifecycle.Readiness{}
	ready.Add("services", n.Ready)
	admin := lifecycle.Admin(l.admin, lifecycle.AdminConfig{Readiness: ready, Metrics: tel.Metrics, Logger: tel.Logger})
	parts := append([]lifecycle.Component{admin}, n.Components()...)
	parts = append(parts,
		lifecycle.Component{Name: "grpc", Drain: c.Drain, Run: func(ctx context.Context) error { return n.Clients().Serve(ctx, l.grpc) }},
		lifecycle.HTTP("http", l.http, listen.Server(n.Gateway(), tel.Logger.With("service", "gateway")), c.Drain),
		lifecycle.OnStop("watches", n.EndWatches),
		lifecycle.Component{Name: "first start", Run: func(ctx context.Context) error { return c.firstStart(ctx, a.Out, tel.Logger, n.SignInLink) }})
	return errors.Join(lifecycle.Run(ctx, tel.Logger, ready, parts...), n.Close())
}

func (c *Command) telemetry(ctx context.Context) (*telemetry.Telemetry, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	return telemetry.New(ctx, telemetry.Config{Service: "keyhole", LogLevel: level, LogFormat: c.LogFormat})
}
