// Command keyhole-gateway runs the HTTP edge as a separate program.
package main

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway"
	"github.com/keyhole-dev/keyhole/gateway/listen"
	"github.com/keyhole-dev/keyhole/services/kit/config"
	"github.com/keyhole-dev/keyhole/services/kit/lifecycle"
	"github.com/keyhole-dev/keyhole/services/kit/program"
)

type settings struct {
	config.Common
	config.Identity
	config.Stop

	HTTP           string        `name:"http" help:"HTTP listen address." default:"127.0.0.1:8080" env:"KEYHOLE_HTTP_ADDR" placeholder:"ADDR"`
	TLSCert        string        `help:"HTTPS certificate, PEM. Without one, the server uses plain HTTP on loopback only." type:"path" placeholder:"FILE"`
	TLSKey         string        `help:"Private key of the HTTPS certificate, PEM." type:"path" placeholder:"FILE"`
	HTTPPlaintext  bool          `name:"http-plaintext" help:"Allow plain HTTP on other addresses than loopback. Use it behind a proxy that terminates TLS."`
	VaultPublic    string        `help:"Address of the vault's public endpoint." required:"" placeholder:"ADDR"`
	VaultInternal  string        `help:"Address of the vault's internal endpoint, which authenticates keys." required:"" placeholder:"ADDR"`
	RegistryPublic string        `help:"Address of the registry's public endpoint." required:"" placeholder:"ADDR"`
	SharingPublic  string        `help:"Address of sharing's public endpoint." required:"" placeholder:"ADDR"`
	RunnerPublic   string        `help:"Address of the runner's public endpoint." required:"" placeholder:"ADDR"`
	RunnerInternal string        `help:"Address of the runner's internal endpoint, which serves Roboflow's API." required:"" placeholder:"ADDR"`
	PublicURL      string        `help:"URL of this installation for visitors, used in link previews (default: the URL of the request)." placeholder:"URL"`
	VisitorKeyFile string        `help:"File with the key for visitor pseudonyms. All replicas need the same key. Without it, each start generates a new one." type:"path" placeholder:"FILE"`
	TrustedProxies []string      `help:"Networks of proxies whose X-Forwarded-For header is trusted." placeholder:"CIDR"`
	Connections    int           `help:"Maximum number of open connections, and of concurrent requests, per client address. Trusted proxies are exempt." default:"1024"`
	BodyMemory     int64         `help:"Memory for request bodies in MiB. One workspace gets at most half of it." default:"1024"`
	HSTS           time.Duration `name:"hsts" help:"How long browsers that came over HTTPS use only HTTPS (Strict-Transport-Security). 0 sends no header. Never sent for localhost." default:"4320h" placeholder:"DURATION"`
	AllowOrigins   []string      `help:"Origins that may call the API from a browser (default: all)." placeholder:"ORIGIN"`
}

func main() { program.Main("keyhole-gateway", run) }

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-gateway", "Keyhole's HTTP gateway.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "gateway", program.Settings{Common: s.Common, Identity: s.Identity, Stop: s.Stop, VisitorKeyFile: s.VisitorKeyFile}, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	deps := gateway.Deps{Verifier: p.Identity.Verifier(), Logger: p.Logger, Tracer: p.Tracer, Meter: p.Meter, Ready: p.Readiness.Check}
	for _, to := range []struct {
		peer, endpoint, addr string
		conn                 *grpc.ClientConnInterface
	}{
		{"vault", "vault", s.VaultPublic, &deps.Vault},
		{"vault", "vault internal", s.VaultInternal, &deps.VaultInternal},
		{"registry", "registry", s.RegistryPublic, &deps.Registry},
		{"sharing", "sharing", s.SharingPublic, &deps.Sharing},
		{"runner", "runner", s.RunnerPublic, &deps.Runner},
		{"runner", "runner internal", s.RunnerInternal, &deps.RunnerInternal},
	} {
		if *to.conn, err = p.DialNeeded(to.peer, to.endpoint, to.addr); err != nil {
			return err
		}
	}
	g, err := gateway.New(ctx, gateway.Config{
		TrustedProxies: s.TrustedProxies, AllowOrigins: s.AllowOrigins, VisitorKey: p.VisitorKey(), PublicURL: s.PublicURL, HSTS: s.HSTS,
		Connections: s.Connections, Bodies: s.BodyMemory << 20,
	}, deps)
	if err != nil {
		return err
	}
	front, err := listen.Open(ctx, listen.Config{
		Addr: s.HTTP, Cert: s.TLSCert, Key: s.TLSKey, Plaintext: s.HTTPPlaintext, Logger: p.Logger,
		Connections: s.Connections, TrustedProxies: s.TrustedProxies,
	})
	if err != nil {
		return err
	}
	admin, err := p.Admin(ctx)
	if err != nil {
		return err
	}
	p.Logger.Info("serving", "http", s.HTTP, "admin", s.Admin, "tls", s.TLSCert != "")
	return lifecycle.Run(ctx, p.Logger, p.Readiness, admin, p.Certificates(), lifecycle.HTTP("http", front, listen.Server(g, p.Logger), s.Drain))
}
