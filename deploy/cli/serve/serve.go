package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/keyhole-dev/keyhole/deploy/client"
	"github.com/keyhole-dev/keyhole/deploy/cmd/keyhole/welcome"
	"github.com/keyhole-dev/keyhole/deploy/demo"
	"github.com/keyhole-dev/keyhole/deploy/node"
	"github.com/keyhole-dev/keyhole/deploy/seed"
	"github.com/keyhole-dev/keyhole/gateway"
	"github.com/keyhole-dev/keyhole/gateway/listen"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/telemetry"
	"github.com/keyhole-dev/keyhole/services/vault/openid"
)

type serveCmd struct {
	config.Common

	Data            string   `help:"Data directory." default:"data" type:"path"`
	HTTP            string   `name:"http" help:"HTTP listen address." default:"127.0.0.1:8080" env:"KEYHOLE_HTTP_ADDR" placeholder:"ADDR"`
	GRPC            string   `name:"grpc" help:"gRPC listen address. It has no TLS and must be on loopback." default:"127.0.0.1:8081" env:"KEYHOLE_GRPC_ADDR" placeholder:"ADDR"`
	TLSCert         string   `help:"HTTPS certificate, PEM. Without one, the server uses plain HTTP on loopback only." type:"path" placeholder:"FILE"`
	TLSKey          string   `help:"Private key of the HTTPS certificate, PEM." type:"path" placeholder:"FILE"`
	HTTPPlaintext   bool     `name:"http-plaintext" help:"Allow plain HTTP on other addresses than loopback. Use it behind a proxy that terminates TLS."`
	PublicURL       string   `help:"URL of this installation for visitors (default: http:// and the HTTP address)." placeholder:"URL"`
	Demo            bool     `help:"Create the demo if it does not exist."`
	Signup          *bool    `help:"Let visitors create workspaces (default: only with --demo). Each gets as many runs as --guest-key-runs, as a limit of the operator." negatable:""`
	PublicModels    bool     `help:"Create the public models at the first start." default:"true" negatable:""`
	EgressAllow     []string `help:"Private networks (10.0.0.0/8) and hosts with ports (ollama:11434) that steps may call." placeholder:"WHERE"`
	FetchAllow      []string `help:"Private networks and hosts, as in --egress-allow, that pictures may be fetched from. Any visitor can choose these URLs." placeholder:"WHERE"`
	EgressPlaintext bool     `help:"Allow workflows to call public addresses over plain http://."`
	EgressCAFile    string   `name:"egress-ca-file" help:"PEM file of certificate authorities to trust for providers and the identity provider, in addition to the system's." type:"existingfile" placeholder:"FILE"`
	TrustedProxies  []string `help:"Networks of proxies whose X-Forwarded-For header is trusted." placeholder:"CIDR"`
	GuestPictures   int64    `help:"Pictures per day for each guest. 0 means ten for each run." default:"0"`
	GuestRuns       int64    `help:"Runs per day for each guest. A negative number means no separate limit." default:"50"`
	GuestKeyRuns    int64    `help:"Runs per day for all guests together. It sets the budget of the key guest when the installation is created; afterwards, change that budget." default:"200"`
	PreviewCalls    int32    `help:"Calls with the owner's hidden credentials that each step of a run through a link may make." default:"20"`
	Runs            int      `help:"Maximum number of concurrent runs. One workspace gets at most half of them." default:"128"`
	ModelWorkers    int      `help:"Maximum number of model workers (default: twice the number of processors). One workspace gets at most half of them." default:"0"`
	Connections     int      `help:"Maximum number of open connections, and of concurrent requests, per client address. Trusted proxies are exempt." default:"1024"`
	BodyMemory      int64    `help:"Memory for request bodies in MiB. One workspace gets at most half of it." default:"1024"`
	AllowOrigins    []string `help:"Origins that may call the API from a browser (default: all)." placeholder:"ORIGIN"`
	SharingDB       string   `help:"Sharing database URL, postgres://... (default: SQLite in the data directory)." placeholder:"URL"`
	VaultDB         string   `help:"Vault database URL (default: SQLite in the data directory)." placeholder:"URL"`
	RegistryDB      string   `help:"Registry database URL (default: SQLite in the data directory)." placeholder:"URL"`
	SharingRedis    string   `help:"Sharing Redis URL, redis://... (default: embedded)." placeholder:"URL"`
	VaultRedis      string   `help:"Vault Redis URL, redis://... (default: embedded)." placeholder:"URL"`
	Blobs           string   `help:"Bucket for models, s3://... (default: a folder in the data directory)." placeholder:"URL"`

	OpenID openid.Settings `embed:"" prefix:"openid-"`
}

func (c *serveCmd) node() node.Config {
	return node.Config{
		Data: c.Data, PublicURL: c.public(), EgressAllow: c.EgressAllow, FetchAllow: c.FetchAllow, EgressPlaintext: c.EgressPlaintext, EgressCAFile: c.EgressCAFile,
		GuestRuns: c.GuestRuns, GuestPictures: c.GuestPictures, GuestKeyRuns: c.GuestKeyRuns, SignUp: c.signUp(), OpenID: c.openID(), PreviewCalls: c.PreviewCalls,
		SharingDB: c.SharingDB, VaultDB: c.VaultDB, RegistryDB: c.RegistryDB, SharingRedis: c.SharingRedis, VaultRedis: c.VaultRedis,
		ModelWorkers: c.ModelWorkers, Runs: c.Runs,
		Blobs: c.Blobs, Gateway: gateway.Config{
			TrustedProxies: c.TrustedProxies, AllowOrigins: c.AllowOrigins, PublicURL: c.PublicURL,
			Connections: c.Connections, Bodies: c.BodyMemory << 20,
		},
	}
}

func (c *serveCmd) signUp() bool {
	if c.Signup != nil {
		return *c.Signup
	}
	return c.Demo
}

// openID has the public URL as its default, because people sign in where they open links.
func (c *serveCmd) openID() openid.Settings {
	s := c.OpenID
	if s.RedirectBase == "" {
		s.RedirectBase = c.public()
	}
	return s
}

func (c *serveCmd) public() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return "http://" + c.HTTP
}

// Run serves until a signal stops it.
func (c *serveCmd) Run(a *app) error {
	unlock, err := lock(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	tel, err := c.telemetry(a.ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tel.Close(context.WithoutCancel(a.ctx)) }()
	l, err := c.listen(a.ctx, tel.Logger)
	if err != nil {
		return err
	}
	n, err := node.Open(a.ctx, c.node(), tel)
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
		lifecycle.Component{Name: "grpc", Run: func(ctx context.Context) error { return n.Clients().Serve(ctx, l.grpc) }},
		lifecycle.HTTP("http", l.http, listen.Server(n.Gateway(), tel.Logger.With("service", "gateway"))),
		lifecycle.Component{Name: "first start", Run: func(ctx context.Context) error { return c.firstStart(ctx, a, tel.Logger, n.SignInLink) }})
	return errors.Join(lifecycle.Run(a.ctx, tel.Logger, ready, parts...), n.Close())
}

func (c *serveCmd) telemetry(ctx context.Context) (*telemetry.Telemetry, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	return telemetry.New(ctx, telemetry.Config{Service: "keyhole", LogLevel: level, LogFormat: c.LogFormat})
}

// firstStart creates the demo and models of a new installation, then waits for ctx to end.
func (c *serveCmd) firstStart(ctx context.Context, a *app, logger *slog.Logger, link welcome.SignIn) error {
	base := "http://" + c.HTTP
	if c.Demo {
		if err := c.seed(ctx, a, base, link); err != nil {
			return err
		}
	} else if err := c.standardModels(ctx, base); err != nil && ctx.Err() == nil {
		// Continue: steps that name their own model work without it.
		logger.Warn("no public model reads text yet: upload one as operator/pp-ocr-small, or restart", "error", err)
	}
	<-ctx.Done()
	return nil
}

// operator returns a client with the key that the first start wrote.
func (c *serveCmd) operator(base string) (*client.Client, error) {
	key, err := os.ReadFile(filepath.Join(c.Data, "operator.key"))
	if err != nil {
		return nil, fmt.Errorf("read operator key: %w", err)
	}
	return client.New(base, string(key)), nil
}

func (c *serveCmd) seed(ctx context.Context, a *app, base string, link welcome.SignIn) error {
	operator, err := c.operator(base)
	if err != nil {
		return err
	}
	if kept, err := os.ReadFile(c.linkFile()); err == nil {
		return c.greet(a, base, string(kept), "", welcome.OwnerLink(ctx, c.Data, base, link))
	}
	model, err := sibling(textReader)
	if err != nil {
		return err
	}
	made, err := demo.Seed(ctx, operator, model, func(what string) { _, _ = fmt.Fprintln(os.Stderr, "demo:", what) })
	if err != nil {
		return err
	}
	err = errors.Join(os.WriteFile(welcome.OwnerFile(c.Data), []byte(made.KeyName), 0o600), os.WriteFile(c.linkFile(), []byte(made.Token), 0o600))
	if err != nil {
		return fmt.Errorf("keep the demo's link: %w", err)
	}
	return c.greet(a, base, made.Token, made.Key, welcome.OwnerLink(ctx, c.Data, base, link))
}

// standardModels creates the public models once per data directory. It does not recreate a
// model that an operator has deleted.
func (c *serveCmd) standardModels(ctx context.Context, base string) error {
	done := filepath.Join(c.Data, "models.made")
	if _, err := os.Stat(done); err == nil || !c.PublicModels {
		return nil
	}
	operator, err := c.operator(base)
	if err != nil {
		return err
	}
	model, err := sibling(textReader)
	if err != nil {
		return err
	}
	if err := seed.StandardModels(ctx, operator, model); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o600)
}

// greet writes the sample picture to the data directory and prints how to use it.
func (c *serveCmd) greet(a *app, base, token, key, signIn string) error {
	photo := filepath.Join(c.Data, "photo.jpg")
	if err := os.WriteFile(photo, demo.Photo, 0o644); err != nil {
		return fmt.Errorf("write sample photograph: %w", err)
	}
	if here, err := os.Getwd(); err == nil {
		if short, err := filepath.Rel(here, photo); err == nil {
			photo = short
		}
	}
	return welcome.Print(a.out, base, token, key, signIn, photo)
}

// linkFile keeps the demo's link, so that the next start can print it. It is secret, like
// the operator's key in the same directory, but less powerful.
func (c *serveCmd) linkFile() string { return filepath.Join(c.Data, "demo.link") }

// listeners are opened first, so that a port in use fails the start immediately.
type listeners struct{ http, grpc, admin net.Listener }

func (c *serveCmd) listen(ctx context.Context, logger *slog.Logger) (*listeners, error) {
	var l listeners
	var err error
	front := listen.Config{
		Addr: c.HTTP, Cert: c.TLSCert, Key: c.TLSKey, Plaintext: c.HTTPPlaintext, Logger: logger,
		Connections: c.Connections, TrustedProxies: c.TrustedProxies,
	}
	if l.http, err = listen.Open(ctx, front); err != nil {
		return nil, err
	}
	for _, other := range []struct {
		addr string
		to   *net.Listener
	}{{c.GRPC, &l.grpc}, {c.Admin, &l.admin}} {
		if *other.to, err = lifecycle.Listen(ctx, other.addr); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	return &l, nil
}

func (l *listeners) close() error {
	var err error
	for _, lis := range []net.Listener{l.http, l.grpc, l.admin} {
		if lis != nil {
			err = errors.Join(err, lis.Close())
		}
	}
	return err
}
