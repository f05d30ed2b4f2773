// Command keyhole-gateway runs the HTTP edge as a separate program.
package main

import (
	"context"
	"errors"

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

	HTTP           string   `name:"http" help:"Address for HTTP." default:"127.0.0.1:8080" env:"KEYHOLE_HTTP_ADDR" placeholder:"ADDR"`
	TLSCert        string   `help:"Certificate for HTTPS, PEM; plain HTTP without one, on loopback." type:"path" placeholder:"FILE"`
	TLSKey         string   `help:"Its private key, PEM." type:"path" placeholder:"FILE"`
	HTTPPlaintext  bool     `name:"http-plaintext" help:"Serve plain HTTP off loopback: for behind a proxy that has TLS."`
	VaultPublic    string   `help:"Address of the vault's public face." required:"" placeholder:"ADDR"`
	VaultInternal  string   `help:"Address of its internal face, which says whose key it is." required:"" placeholder:"ADDR"`
	RegistryPublic string   `help:"Address of the registry's public face." required:"" placeholder:"ADDR"`
	SharingPublic  string   `help:"Address of sharing's public face." required:"" placeholder:"ADDR"`
	RunnerPublic   string   `help:"Address of the runner's public face." required:"" placeholder:"ADDR"`
	RunnerInternal string   `help:"Address of its internal face, which serves Roboflow's clients." required:"" placeholder:"ADDR"`
	PublicURL      string   `help:"Where visitors reach it, for link previews; the address that a page is asked for at by default." placeholder:"URL"`
	VisitorKeyFile string   `help:"Key for the pseudonyms of visitors, the same for all replicas; made at start by default." type:"path" placeholder:"FILE"`
	TrustedProxies []string `help:"Networks whose X-Forwarded-For is believed." placeholder:"CIDR"`
	Connections    int      `help:"Open connections, and requests in hand, of one address; those of trusted proxies are not counted." default:"1024"`
	BodyMemory     int64    `help:"Memory for request bodies, in MiB; one workspace has at most half of it." default:"1024"`
	AllowOrigins   []string `help:"Origins that browsers may call from; all by default." placeholder:"ORIGIN"`
}

func main() { program.Main("keyhole-gateway", run) }

func run(ctx context.Context, args []string) (err error) {
	var s settings
	if err := config.Parse("keyhole-gateway", "Keyhole's HTTP edge.", &s, args); err != nil {
		return err
	}
	p, err := program.Open(ctx, "gateway", program.Settings{Common: s.Common, Identity: s.Identity, VisitorKeyFile: s.VisitorKeyFile}, &s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	deps := gateway.Deps{Verifier: p.Identity.Verifier(), Logger: p.Logger, Tracer: p.Tracer, Meter: p.Meter, Ready: p.Readiness.Check}
	for _, to := range []struct {
		peer, face, addr string
		conn             *grpc.ClientConnInterface
	}{
		{"vault", "vault", s.VaultPublic, &deps.Vault},
		{"vault", "vault internal", s.VaultInternal, &deps.VaultInternal},
		{"registry", "registry", s.RegistryPublic, &deps.Registry},
		{"sharing", "sharing", s.SharingPublic, &deps.Sharing},
		{"runner", "runner", s.RunnerPublic, &deps.Runner},
		{"runner", "runner internal", s.RunnerInternal, &deps.RunnerInternal},
	} {
		if *to.conn, err = p.DialNeeded(to.peer, to.face, to.addr); err != nil {
			return err
		}
	}
	g, err := gateway.New(ctx, gateway.Config{
		TrustedProxies: s.TrustedProxies, AllowOrigins: s.AllowOrigins, VisitorKey: p.VisitorKey(), PublicURL: s.PublicURL,
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
	return lifecycle.Run(ctx, p.Logger, p.Readiness, admin, p.Certificates(), lifecycle.HTTP("http", front, listen.Server(g, p.Logger)))
}
